package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.filter.RowFilter;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.jobs.grid.DaemonThreads;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.refinement.similarity.NearCopies;
import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import com.auterity.neuroweaver.jobs.refinement.text.TextMeasures;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Makes rows of what a language model answers to a prompt over a row. The endpoint is asked in the
 * survey, by the owners of the rows, and every answer is kept by its whole request; rows are then
 * made from what is kept, so that they are the same whenever and wherever that is done.
 */
final class Synthesize implements ExpandingStage {
  static final String NAME = "synthesize";

  /** How the names of variables with an endpoint's key begin; keys of masking do not. */
  static final String VARIABLE = MaskingKey.VARIABLE + "API_";

  private static final int MOST_PER_ROW = 20;
  private static final int LONGEST_PROMPT = 200_000;

  /** Requests of one call to an owner: between calls a job can be cancelled. */
  private static final int REQUESTS_AT_ONCE = 64;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private enum Format {
    TEXT,
    JSON
  }

  private final Schema schema;
  private final URI address;
  private final String model;
  private final PromptTemplate prompt;
  private final PromptTemplate system;
  private final Double temperature;
  private final Integer maxTokens;
  private final long seed;
  private final int perRow;
  private final double fraction;
  private final RowFilter where;
  private final Format format;
  private final List<Column> added = new ArrayList<>();
  private final List<Integer> into = new ArrayList<>();
  private final List<Column> intoColumns = new ArrayList<>();
  private final Map<String, RowFilter> require = new TreeMap<>();
  private final int leastCharacters;
  private final int mostCharacters;
  private final double similarity;
  private final String key;
  private final int timeoutSeconds;
  private final int retries;
  private final int concurrency;
  private final LineageColumns lineage;
  private final int width;
  private final NearCopies copies;
  private AnswerCache cache;
  private String jobId = "";
  private long above;

  /**
   * @param masked places of the columns in which a stage before masks personal data
   */
  Synthesize(Knobs knobs, Schema schema, Set<Integer> masked) {
    this.schema = schema;
    address = address(knobs);
    model = knobs.text("model");
    prompt = new PromptTemplate(knobs.text("prompt"), schema, knobs.place() + ".prompt");
    system =
        new PromptTemplate(
            knobs.has("system") ? knobs.text("system") : "", schema, knobs.place() + ".system");
    if (prompt.columns().isEmpty()) {
      throw Knobs.invalid(
          knobs.place() + ".prompt", "names no column, so that all rows ask the same", "{column}");
    }
    refuseUnmasked(knobs, masked);
    temperature = knobs.number("temperature", 0, 2);
    maxTokens = knobs.whole("max_tokens", 1, 1_000_000);
    seed = Augment.seed(knobs);
    perRow = knobs.whole("per_row", 1, 1, MOST_PER_ROW);
    fraction = knobs.number("fraction", 1, 0.000001, 1);
    where = Augment.where(knobs, schema);
    into(knobs);
    format = knobs.choice("format", Format.class, into.size() == 1 ? Format.TEXT : Format.JSON);
    if (format == Format.TEXT
        && (into.size() > 1 || intoColumns.get(0).type() != ColumnType.STRING)) {
      throw Knobs.invalid(
          knobs.place() + ".format", "is text", "json for several columns, or for one of no text");
    }
    lineage = new LineageColumns(schema, added.size(), knobs.place());
    width = schema.columns().size() + added.size() + lineage.added().size();
    List<Column> all = new ArrayList<>(schema.columns());
    all.addAll(added);
    if (knobs.has("require")) {
      for (String condition : knobs.texts("require")) {
        require.put(
            condition, Augment.condition(condition, new Schema(all), knobs.place() + ".require"));
      }
    }
    leastCharacters = knobs.whole("min_characters", 1, 0, 1_000_000);
    mostCharacters = knobs.whole("max_characters", 20_000, 1, 1_000_000);
    if (leastCharacters > mostCharacters) {
      throw Knobs.invalid(
          knobs.place() + ".min_characters",
          "is " + leastCharacters + ", above max_characters",
          "at most " + mostCharacters);
    }
    similarity = knobs.number("max_similarity", 0.8, 0.5, 1);
    copies = new NearCopies(similarity);
    key = key(knobs);
    timeoutSeconds = knobs.whole("timeout_seconds", 60, 1, 600);
    retries = knobs.whole("retries", 5, 0, 10);
    concurrency = knobs.whole("concurrency", 4, 1, 64);
    knobs.done();
  }

  private static URI address(Knobs knobs) {
    String text = knobs.text("endpoint");
    String right = "an address such as https://host/v1, without user, query and fragment";
    try {
      URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if (!Set.of("http", "https").contains(scheme)
          || uri.getHost() == null
          || uri.getRawUserInfo() != null
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null) {
        throw Knobs.invalid(knobs.place() + ".endpoint", "is \"" + text + "\"", right);
      }
      return new URI(uri + "/chat/completions");
    } catch (URISyntaxException e) {
      throw Knobs.invalid(knobs.place() + ".endpoint", "is \"" + text + "\"", right);
    }
  }

  private void refuseUnmasked(Knobs knobs, Set<Integer> masked) {
    if (knobs.flag("allow_unmasked", false)) {
      return;
    }
    Set<Integer> sent = new LinkedHashSet<>(prompt.columns());
    sent.addAll(system.columns());
    for (int column : sent) {
      if (!masked.contains(column)) {
        String name = schema.columns().get(column).name();
        throw Knobs.invalid(
            knobs.place() + ".prompt",
            "sends " + name + " to " + address.getHost() + " as it is",
            MaskPersonalData.NAME
                + " of "
                + name
                + " in a stage before, or allow_unmasked: true where it may leave");
      }
    }
  }

  private void into(Knobs knobs) {
    for (String name : knobs.texts("into")) {
      int place = schema.indexOf(name).orElse(schema.columns().size() + added.size());
      if (into.contains(place) || added.stream().anyMatch(c -> c.name().equals(name))) {
        throw Knobs.invalid(knobs.place() + ".into", "names " + name + " twice", "each once");
      }
      if (place == schema.columns().size() + added.size()) {
        added.add(new Column(name, ColumnType.STRING, true, SemanticType.NONE));
        intoColumns.add(added.get(added.size() - 1));
      } else {
        intoColumns.add(schema.columns().get(place));
      }
      into.add(place);
    }
  }

  private String key(Knobs knobs) {
    if (!knobs.has("key_env")) {
      return null;
    }
    String name = knobs.text("key_env");
    String place = knobs.place() + ".key_env";
    if (!name.startsWith(VARIABLE)) {
      throw Knobs.invalid(place, "is \"" + name + "\"", "a variable named " + VARIABLE + "...");
    }
    if (!address.getScheme().equalsIgnoreCase("https") && !EndpointHosts.isLocal(address)) {
      throw Knobs.invalid(place, "would send a key over http", "an endpoint of https");
    }
    String value = System.getenv(name);
    if (value == null || !value.strip().matches("[\\x21-\\x7e]{8,4096}")) {
      throw Knobs.invalid(
          place,
          "names the variable " + name + ", which holds no key in this node's environment",
          "to set it for every node to the endpoint's key, without blanks");
    }
    return value.strip();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Integer> columns() {
    return into.stream().filter(place -> place < schema.columns().size()).toList();
  }

  @Override
  public List<Column> added() {
    List<Column> all = new ArrayList<>(added);
    all.addAll(lineage.added());
    return all;
  }

  @Override
  public long above() {
    return above;
  }

  @Override
  public long span(long below) {
    return Math.multiplyExact(below, perRow);
  }

  /** What a job's result says. */
  private record Asked(
      long requests, long hits, long unusable, long promptTokens, long completionTokens) {
    Asked plus(ByteBuffer more) {
      return new Asked(
          requests + more.getLong(),
          hits + more.getLong(),
          unusable + more.getLong(),
          promptTokens + more.getLong(),
          completionTokens + more.getLong());
    }
  }

  /** Round after round until no partition has a row left to ask for. */
  @Override
  public Findings survey(Survey survey) {
    byte[] job = survey.jobId().getBytes(StandardCharsets.UTF_8);
    TreeMap<Integer, Long> next = new TreeMap<>();
    survey.partitions().forEach(partition -> next.put(partition, 0L));
    long[] top = {0};
    Asked[] asked = {new Asked(0, 0, 0, 0, 0)};
    while (!next.isEmpty()) {
      survey.ask(
          List.copyOf(next.keySet()),
          partition ->
              ByteBuffer.allocate(Long.BYTES + job.length)
                  .putLong(next.get(partition))
                  .put(job)
                  .array(),
          (partition, bytes) -> {
            ByteBuffer answer = ByteBuffer.wrap(bytes);
            top[0] = Math.max(top[0], answer.getLong() + 1);
            long from = answer.getLong();
            asked[0] = asked[0].plus(answer);
            if (from < 0) {
              next.remove(partition);
            } else {
              next.put(partition, from);
            }
          });
      int all = survey.partitions().size();
      survey.progress("asking " + address.getHost(), all - next.size(), all, "partitions");
    }
    byte[] said = ByteBuffer.allocate(Long.BYTES + job.length).putLong(top[0]).put(job).array();
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("stage", NAME).put("model", model).put("endpoint", address.getHost());
    report.put("requests", asked[0].requests()).put("cache_hits", asked[0].hits());
    report.put("unusable", asked[0].unusable());
    report.put("prompt_tokens", asked[0].promptTokens());
    report.put("completion_tokens", asked[0].completionTokens());
    return new Findings() {
      @Override
      public byte[] of(int partition) {
        return said;
      }

      @Override
      public ObjectNode report() {
        return report;
      }
    };
  }

  /** Asks for some rows from an ordinal on; says from which on to go on, -1 for the end. */
  @Override
  public byte[] collect(byte[] question, PartitionView partition) {
    ByteBuffer asked = ByteBuffer.wrap(question);
    long from = asked.getLong();
    String job = StandardCharsets.UTF_8.decode(asked).toString();
    NodeContext node = partition.node();
    AnswerCache kept = new AnswerCache(node.blobs(), partition.source().datasetId(), job);
    ChatEndpoint endpoint =
        new ChatEndpoint(
            node.shared(HttpClient.class, ChatEndpoint::client),
            address,
            key,
            Duration.ofSeconds(timeoutSeconds),
            retries,
            time -> Thread.sleep(time.toMillis()));
    Set<String> requests = new LinkedHashSet<>();
    long next = -1;
    for (Iterator<Row> rows = partition.stored(); rows.hasNext(); ) {
      Row stored = rows.next();
      if (stored.ordinal() < from) {
        continue;
      }
      if (requests.size() >= REQUESTS_AT_ONCE) {
        next = stored.ordinal();
        break;
      }
      Row row = partition.entering(stored);
      if (row != null && chosen(row)) {
        for (int sample = 0; sample < perRow; sample++) {
          String body = body(row, sample);
          if (body.length() <= LONGEST_PROMPT) {
            requests.add(body);
          }
        }
      }
    }
    Asked result = ask(requests, kept, endpoint);
    return ByteBuffer.allocate(7 * Long.BYTES)
        .putLong(partition.lastOrdinal())
        .putLong(next)
        .putLong(result.requests())
        .putLong(result.hits())
        .putLong(result.unusable())
        .putLong(result.promptTokens())
        .putLong(result.completionTokens())
        .array();
  }

  private Asked ask(Set<String> requests, AnswerCache kept, ChatEndpoint endpoint) {
    long hits = 0;
    List<ChatAnswer> answers = new ArrayList<>();
    List<Future<ChatAnswer>> sent = new ArrayList<>();
    ExecutorService threads =
        Executors.newFixedThreadPool(concurrency, DaemonThreads.named("synthesize"));
    try {
      for (String body : requests) {
        Optional<ChatAnswer> known = kept.find(address + "\n" + body);
        if (known.isPresent()) {
          hits++;
          answers.add(known.get());
        } else {
          sent.add(
              threads.submit(
                  () -> {
                    ChatAnswer answer = endpoint.ask(body);
                    kept.keep(address + "\n" + body, answer);
                    return answer;
                  }));
        }
      }
      for (Future<ChatAnswer> each : sent) {
        answers.add(each.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while an endpoint was asked", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof NeuroWeaverException known
          ? known
          : new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
    return new Asked(
        sent.size(),
        hits,
        answers.stream().filter(answer -> answer.reason() != null).count(),
        answers.stream().mapToLong(ChatAnswer::promptTokens).sum(),
        answers.stream().mapToLong(ChatAnswer::completionTokens).sum());
  }

  private boolean chosen(Row row) {
    return Draws.chosen(seed, row.ordinal(), fraction) && (where == null || where.holds(row));
  }

  private String body(Row row, int sample) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("model", model);
    String instruction = system.of(row);
    var messages = body.putArray("messages");
    if (!instruction.isEmpty()) {
      messages.addObject().put("role", "system").put("content", instruction);
    }
    messages.addObject().put("role", "user").put("content", prompt.of(row));
    if (temperature != null) {
      body.put("temperature", temperature);
    }
    if (maxTokens != null) {
      body.put("max_tokens", maxTokens);
    }
    body.put("seed", seed + sample);
    return body.toString();
  }

  @Override
  public void know(byte[] findings) {
    ByteBuffer known = ByteBuffer.wrap(findings);
    above = known.getLong();
    jobId = StandardCharsets.UTF_8.decode(known).toString();
  }

  @Override
  public void open(NodeContext node, String datasetId) {
    cache = new AnswerCache(node.blobs(), datasetId, jobId);
  }

  @Override
  public boolean sees() {
    return true;
  }

  /** A row of the partition, which nothing made may repeat. */
  @Override
  public void see(Row row) {
    String text = texts(row.toArray());
    if (!text.isBlank()) {
      copies.remember(text);
    }
  }

  @Override
  public List<Made> from(Row row, Tally tally) {
    if (!chosen(row)) {
      return List.of();
    }
    List<Made> made = new ArrayList<>();
    for (int sample = 0; sample < perRow; sample++) {
      String body = body(row, sample);
      String request = address + "\n" + body;
      Object[] values = Arrays.copyOf(row.toArray(), Math.max(row.size(), width));
      lineage.mark(values, row, NAME, origin(request));
      Verdict refused =
          body.length() > LONGEST_PROMPT
              ? Verdict.reject("synthesize_prompt_too_long", body.length() + " characters")
              : fill(values, row, request);
      made.add(new Made(row.ordinal() * perRow + sample, new Row(row.ordinal(), values), refused));
    }
    return made;
  }

  private String origin(String request) {
    ObjectNode origin = JsonNodeFactory.instance.objectNode();
    origin.put("model", model).put("endpoint", address.getRawAuthority());
    return origin.put("request", AnswerCache.hash(request).substring(0, 32)).toString();
  }

  /** Puts the answer in; says why the row must not be admitted, or null. */
  private Verdict fill(Object[] values, Row source, String request) {
    ChatAnswer answer =
        cache
            .find(request)
            .orElseThrow(
                () ->
                    NeuroWeaverException.notFound(
                        "an answer that was kept for " + NAME + " is gone; run the job again"));
    if (answer.reason() != null) {
      return Verdict.reject(answer.reason(), answer.detail());
    }
    Verdict wrong =
        format == Format.TEXT ? text(values, answer.content()) : json(values, answer.content());
    if (wrong != null) {
      return wrong;
    }
    for (int i = 0; i < into.size(); i++) {
      if (values[into.get(i)] instanceof String text) {
        int length = TextMeasures.characters(text.strip());
        if (length < leastCharacters || length > mostCharacters) {
          return Verdict.reject(
              "synthesize_length", intoColumns.get(i).name() + " has " + length + " characters");
        }
      }
    }
    Row made = new Row(source.ordinal(), values);
    for (Map.Entry<String, RowFilter> condition : require.entrySet()) {
      if (!condition.getValue().holds(made)) {
        return Verdict.reject("synthesize_require", "does not hold: " + condition.getKey());
      }
    }
    return copy(values, source);
  }

  private Verdict text(Object[] values, String content) {
    values[into.get(0)] = content.strip();
    return null;
  }

  private Verdict json(Object[] values, String content) {
    JsonNode root;
    try {
      root = JSON.readTree(content);
    } catch (JsonProcessingException e) {
      root = null;
    }
    if (root == null || !root.isObject()) {
      return Verdict.reject(
          "synthesize_no_json", "the answer is no JSON object: " + Shown.brief(content));
    }
    for (int i = 0; i < into.size(); i++) {
      Column column = intoColumns.get(i);
      JsonNode value = root.path(column.name());
      Object read =
          value.isMissingNode() || value.isNull()
              ? null
              : column.type() == ColumnType.STRING
                  ? (value.isTextual() ? value.asText() : null)
                  : Values.as(value.asText(), column.type());
      if (read == null) {
        return Verdict.reject(
            "synthesize_schema",
            column.name() + " is " + Shown.brief(Knobs.shown(value)) + ", not of " + column.type());
      }
      values[into.get(i)] = read;
    }
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (intoColumns.stream().noneMatch(column -> column.name().equals(name))) {
        return Verdict.reject(
            "synthesize_schema", "has the unknown key \"" + Shown.brief(name) + "\"");
      }
    }
    return null;
  }

  /** Copies of the row asked about, and of any row of the partition there or made before. */
  private Verdict copy(Object[] values, Row source) {
    String text = texts(values);
    if (text.isBlank()) {
      return null;
    }
    for (int column : prompt.columns()) {
      String asked = source.text(column);
      if (asked != null && copies.alike(text, asked)) {
        return Verdict.reject(
            "synthesize_copies_source",
            "repeats " + schema.columns().get(column).name() + " of its source");
      }
    }
    if (copies.holds(text)) {
      return Verdict.reject("synthesize_copy", "nearly repeats another row of the partition");
    }
    copies.remember(text);
    return null;
  }

  private String texts(Object[] values) {
    StringBuilder texts = new StringBuilder();
    for (int place : into) {
      if (place < values.length && values[place] instanceof String text) {
        texts.append(text).append('\n');
      }
    }
    return texts.toString();
  }
}
