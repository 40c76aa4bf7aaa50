package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One line of the route table: it registers the route and describes it in the OpenAPI document.
 *
 * @param path below {@code /api/v1}, parameters in braces
 * @param request record of the JSON body, or null when the route takes none
 * @param response record of the answer; {@link Page} with {@code item}, or {@link Raw}
 * @param item record in the page, else null
 * @param produces media type of the answer
 * @param status of success
 */
record Route<I, O>(
    Method method,
    String path,
    String summary,
    Class<I> request,
    Class<? super O> response,
    Class<?> item,
    String produces,
    int status,
    List<Query> queries,
    Action<I, O> action) {
  static final String JSON = "application/json";

  Route {
    Objects.requireNonNull(action, "action");
    if (!path.startsWith("/") || path.endsWith("/")) {
      throw new IllegalArgumentException("a path starts and does not end with /: " + path);
    }
    queries = List.copyOf(queries);
  }

  enum Method {
    GET,
    POST
  }

  /** A query parameter; unknown ones are refused. */
  record Query(String name, Type type, String description) {
    enum Type {
      INTEGER,
      STRING
    }
  }

  /** What the route does with a request; errors are thrown. */
  @FunctionalInterface
  interface Action<I, O> {
    O handle(Call call, I body);
  }

  /** What a route without a body does. */
  @FunctionalInterface
  interface Reader<O> {
    O handle(Call call);
  }

  /** An answer that is not JSON of a record. */
  record Raw(byte[] bytes) {}

  static <O> Route<Void, O> get(String path, String summary, Class<O> response, Reader<O> reader) {
    return new Route<>(
        Method.GET,
        path,
        summary,
        null,
        response,
        null,
        JSON,
        200,
        List.of(),
        (call, none) -> reader.handle(call));
  }

  static <T> Route<Void, Page<T>> page(
      String path, String summary, Class<T> item, Reader<Page<T>> reader) {
    return new Route<Void, Page<T>>(
        Method.GET,
        path,
        summary,
        null,
        Page.class,
        item,
        JSON,
        200,
        List.of(),
        (call, none) -> reader.handle(call));
  }

  static Route<Void, Raw> raw(String path, String summary, String produces, Reader<Raw> reader) {
    return new Route<>(
        Method.GET,
        path,
        summary,
        null,
        Raw.class,
        null,
        produces,
        200,
        List.of(),
        (call, none) -> reader.handle(call));
  }

  static <I, O> Route<I, O> post(
      String path,
      String summary,
      Class<I> request,
      Class<O> response,
      int status,
      Action<I, O> action) {
    return new Route<>(
        Method.POST, path, summary, request, response, null, JSON, status, List.of(), action);
  }

  Route<I, O> query(String name, Query.Type type, String description) {
    List<Query> more = new ArrayList<>(queries);
    more.add(new Query(name, type, description));
    return new Route<>(
        method, path, summary, request, response, item, produces, status, more, action);
  }

  /** The two parameters every list has. */
  Route<I, O> paged() {
    return query("limit", Query.Type.INTEGER, "At most so many, 1 to 1000; 50 when left out.")
        .query("offset", Query.Type.INTEGER, "Leave out the first so many; 0 when left out.");
  }
}
