package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.ErrorResponse;
import com.auterity.neuroweaver.client.Problem;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Errors of requests that never reach a route (a malformed address, say) in our error body. */
final class JettyErrors extends ErrorHandler {
  private final JsonMapper mapper;

  JettyErrors(JsonMapper mapper) {
    this.mapper = mapper;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      String message,
      Throwable cause,
      Callback callback) {
    ErrorKind kind = code < 500 ? ErrorKind.INVALID_INPUT : ErrorKind.INTERNAL;
    String said = message == null || message.isBlank() ? "status " + code : message;
    byte[] body;
    try {
      body = mapper.writeValueAsBytes(new ErrorResponse(new Problem(kind.name(), said, Map.of())));
    } catch (JsonProcessingException e) {
      callback.failed(e);
      return;
    }
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Route.JSON);
    response.write(true, ByteBuffer.wrap(body), callback);
  }
}
