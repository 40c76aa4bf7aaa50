package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.ErrorResponse;
import com.auterity.neuroweaver.client.Page;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The OpenAPI 3.1 document, generated from the route table and its records. */
final class OpenApi {
  private static final Pattern PARAMETER = Pattern.compile("\\{([a-z_]+)}");
  private static final PropertyNamingStrategies.NamingBase SNAKE =
      new PropertyNamingStrategies.SnakeCaseStrategy();

  private final JsonMapper mapper;
  private final String version;

  OpenApi(JsonMapper mapper, String version) {
    this.mapper = mapper;
    this.version = version;
  }

  /** The route that answers with the document; made once, on first use. */
  Route<Void, Route.Raw> route(Supplier<List<Route<?, ?>>> routes) {
    Supplier<byte[]> document =
        new Supplier<>() {
          private byte[] made;

          @Override
          public synchronized byte[] get() {
            if (made == null) {
              made = bytes(document(routes.get()));
            }
            return made;
          }
        };
    return Route.raw(
        "/openapi.json", "This document.", Route.JSON, call -> new Route.Raw(document.get()));
  }

  private byte[] bytes(JsonNode document) {
    try {
      return mapper.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write the OpenAPI document", e);
    }
  }

  ObjectNode document(List<Route<?, ?>> routes) {
    SchemaBuilder schemas = schemaBuilder();
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("openapi", "3.1.0");
    root.putObject("info").put("title", "NeuroWeaver Grid").put("version", version);
    root.putArray("servers").addObject().put("url", "/");
    JsonNode error = schemas.createSchemaReference(ErrorResponse.class);
    ObjectNode paths = root.putObject("paths");
    for (Route<?, ?> route : routes) {
      paths
          .withObjectProperty(RouteTable.PREFIX + route.path())
          .set(route.method().name().toLowerCase(Locale.ROOT), operation(route, schemas, error));
    }
    root.putObject("components").set("schemas", schemas.collectDefinitions("components/schemas"));
    return root;
  }

  private static SchemaBuilder schemaBuilder() {
    SchemaGeneratorConfigBuilder config =
        new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
            .with(
                Option.DEFINITIONS_FOR_ALL_OBJECTS,
                Option.PLAIN_DEFINITION_KEYS,
                Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES,
                Option.STANDARD_FORMATS,
                Option.FLATTENED_ENUMS)
            .without(Option.SCHEMA_VERSION_INDICATOR);
    config
        .forFields()
        .withPropertyNameOverrideResolver(
            field -> {
              JsonProperty named = field.getAnnotationConsideringFieldAndGetter(JsonProperty.class);
              return named == null ? SNAKE.translate(field.getName()) : named.value();
            });
    config.forFields().withRequiredCheck(field -> field.getType().getErasedType().isPrimitive());
    config
        .forTypesInGeneral()
        .withCustomDefinitionProvider(
            (type, context) ->
                JsonNode.class.isAssignableFrom(type.getErasedType())
                    ? new CustomDefinition(
                        JsonNodeFactory.instance.objectNode(),
                        CustomDefinition.DefinitionType.INLINE,
                        CustomDefinition.AttributeInclusion.NO)
                    : null);
    return new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
  }

  private static ObjectNode operation(Route<?, ?> route, SchemaBuilder schemas, JsonNode error) {
    ObjectNode operation = JsonNodeFactory.instance.objectNode();
    operation.put("operationId", operationId(route));
    operation.put("summary", route.summary());
    operation.putArray("tags").add(route.path().split("/")[1]);
    ArrayNode parameters = operation.putArray("parameters");
    Matcher matcher = PARAMETER.matcher(route.path());
    while (matcher.find()) {
      parameters
          .addObject()
          .put("name", matcher.group(1))
          .put("in", "path")
          .put("required", true)
          .putObject("schema")
          .put("type", "string");
    }
    for (Route.Query query : route.queries()) {
      parameters
          .addObject()
          .put("name", query.name())
          .put("in", "query")
          .put("required", false)
          .put("description", query.description())
          .putObject("schema")
          .put("type", query.type().name().toLowerCase(Locale.ROOT));
    }
    if (route.request() != null && route.request() != Void.class) {
      ObjectNode body = operation.putObject("requestBody").put("required", true);
      body.putObject("content")
          .putObject(Route.JSON)
          .set("schema", schemas.createSchemaReference(route.request()));
    }
    ObjectNode responses = operation.putObject("responses");
    ObjectNode success = responses.putObject(Integer.toString(route.status()));
    success.put("description", route.summary());
    success
        .putObject("content")
        .putObject(route.produces().split(";")[0])
        .set("schema", answer(route, schemas));
    ObjectNode failure = responses.putObject("default");
    failure.put("description", "What went wrong, with the status of the kind of error.");
    failure.putObject("content").putObject(Route.JSON).set("schema", error.deepCopy());
    return operation;
  }

  private static JsonNode answer(Route<?, ?> route, SchemaBuilder schemas) {
    if (route.response() == Route.Raw.class) {
      ObjectNode any = JsonNodeFactory.instance.objectNode();
      return route.produces().startsWith(Route.JSON)
          ? any.put("type", "object")
          : any.put("type", "string");
    }
    return route.response() == Page.class
        ? schemas.createSchemaReference(Page.class, route.item())
        : schemas.createSchemaReference(route.response());
  }

  private static String operationId(Route<?, ?> route) {
    String name = route.path().substring(1).replaceAll("[{}]", "").replaceAll("[^a-z_]+", "_");
    return route.method().name().toLowerCase(Locale.ROOT) + "_" + name;
  }
}
