package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.ErrorResponse;
import com.auterity.neuroweaver.client.Problem;
import com.auterity.neuroweaver.client.WireMapper;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP API of a node: registers the route table and turns every failure into an error body. */
public final class ApiServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

  private final Javalin app;

  private ApiServer(Javalin app) {
    this.app = app;
  }

  /** Starts listening; CONFLICT when the port is taken. */
  public static ApiServer start(ApiConfig config, Backends backends) {
    Javalin app = app(config, backends);
    try {
      return new ApiServer(app.start(config.host(), config.port()));
    } catch (JavalinBindException e) {
      app.stop();
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "the API cannot listen on " + config.host() + ":" + config.port() + ": the port is taken",
          Map.of("host", config.host(), "port", config.port()),
          e);
    }
  }

  /** The port it listens on. */
  public int port() {
    return app.port();
  }

  @Override
  public void close() {
    app.stop();
  }

  static Javalin app(ApiConfig config, Backends backends) {
    JsonMapper mapper = WireMapper.strict();
    Metrics metrics = new Metrics(backends.jobs(), backends.bills(), backends.care());
    RouteTable table = RouteTable.of(backends, metrics, mapper);
    JsonBody bodies = new JsonBody(mapper, config.maxBodyBytes());
    return Javalin.create(
        javalin -> {
          javalin.startup.showJavalinBanner = false;
          javalin.startup.showOldJavalinVersionWarning = false;
          javalin.http.prefer405over404 = true;
          javalin.http.maxRequestSize = config.maxBodyBytes();
          javalin.router.ignoreTrailingSlashes = true;
          javalin.jetty.modifyServer(server -> server.setErrorHandler(new JettyErrors(mapper)));
          config.tls().ifPresent(tls -> javalin.jetty.addConnector(tls.connector(config)));
          javalin.requestLogger.http((context, millis) -> logged(context, millis, metrics));
          for (Route<?, ?> route : table.routes()) {
            register(javalin, route, bodies, mapper);
          }
          refuse(javalin, mapper);
        });
  }

  private static void logged(Context context, float millis, Metrics metrics) {
    String route =
        context.endpoints().lastHttpEndpoint() == null
            ? "unmatched"
            : context.endpoints().lastHttpEndpoint().path;
    metrics.answered(context.method().name(), route, context.statusCode(), millis);
    LOG.debug("{} {} {} {} ms", context.method(), context.path(), context.statusCode(), millis);
  }

  private static <I, O> void register(
      JavalinConfig javalin, Route<I, O> route, JsonBody bodies, JsonMapper mapper) {
    Set<String> known =
        route.queries().stream()
            .map(Route.Query::name)
            .collect(Collectors.toCollection(TreeSet::new));
    javalin.routes.addHttpHandler(
        HandlerType.findOrCreate(route.method().name()),
        RouteTable.PREFIX + route.path(),
        context -> {
          refuseUnknownQueries(context, known);
          I body =
              route.request() == null || route.request() == Void.class
                  ? null
                  : bodies.read(context.req().getInputStream(), route.request());
          O answer = route.action().handle(new Call(context), body);
          context.status(route.status()).contentType(route.produces());
          context.result(
              answer instanceof Route.Raw raw ? raw.bytes() : mapper.writeValueAsBytes(answer));
        });
  }

  private static void refuseUnknownQueries(Context context, Set<String> known) {
    for (String name : context.queryParamMap().keySet()) {
      if (!known.contains(name)) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            "unknown query parameter "
                + name
                + ": "
                + (known.isEmpty() ? "this route takes none" : "known here are " + known),
            Map.of("field", name, "known", known));
      }
    }
  }

  private static void refuse(JavalinConfig javalin, JsonMapper mapper) {
    javalin.routes.exception(
        NeuroWeaverException.class,
        (e, context) -> {
          if (e.kind().httpStatus() >= 500 && !e.kind().retryable()) {
            LOG.warn("{} {}: {}", context.method(), context.path(), e.getMessage(), e);
          }
          answer(
              context,
              mapper,
              e.kind().httpStatus(),
              new Problem(e.kind().name(), e.getMessage(), e.details()));
        });
    javalin.routes.exception(
        HttpResponseException.class,
        (e, context) -> answer(context, mapper, e.getStatus(), problem(e, context)));
    javalin.routes.exception(
        Exception.class,
        (e, context) -> {
          LOG.error("{} {} failed", context.method(), context.path(), e);
          answer(
              context,
              mapper,
              500,
              new Problem(
                  ErrorKind.INTERNAL.name(),
                  "the node failed at this request: its log says why",
                  Map.of("exception", e.getClass().getName())));
        });
  }

  private static Problem problem(HttpResponseException e, Context context) {
    String request = context.method() + " " + context.path();
    Map<String, Object> details = new LinkedHashMap<>(e.getDetails());
    return switch (e.getStatus()) {
      case 404 ->
          new Problem(
              ErrorKind.NOT_FOUND.name(),
              "no such route: " + request + "; " + RouteTable.PREFIX + "/openapi.json lists them",
              Map.of());
      case 405 -> new Problem("METHOD_NOT_ALLOWED", "this path does not take " + request, details);
      case 413 ->
          new Problem(
              ErrorKind.TOO_LARGE.name(), "the body of " + request + " is too long", details);
      default ->
          new Problem(
              e.getStatus() < 500 ? ErrorKind.INVALID_INPUT.name() : ErrorKind.INTERNAL.name(),
              e.getMessage() == null ? "status " + e.getStatus() : e.getMessage(),
              details);
    };
  }

  private static void answer(Context context, JsonMapper mapper, int status, Problem problem) {
    byte[] body;
    try {
      body = mapper.writeValueAsBytes(new ErrorResponse(problem));
    } catch (JsonProcessingException e) {
      LOG.error("cannot write the details of an error", e);
      body =
          ("{\"error\":{\"code\":\"" + problem.code() + "\"}}")
              .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
    context.status(status).contentType(Route.JSON).result(body);
  }
}
