package com.auterity.neuroweaver.jobs.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A response's body, pulled piece by piece. A server that stops sending ends in an IOException
 * after the stall limit, which no timeout of the JDK's client covers; a waiting reader can be
 * interrupted.
 */
final class StreamedBody implements HttpResponse.BodySubscriber<StreamedBody>, AutoCloseable {
  private static final Object END = new Object();

  // At most two entries: one piece asked for, and the end.
  private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
  private final Duration stallLimit;
  private Flow.Subscription subscription;
  private boolean closed;
  private boolean ended;

  StreamedBody(Duration stallLimit) {
    this.stallLimit = stallLimit;
  }

  /** The next bytes, or null at the end. */
  List<ByteBuffer> next() throws IOException, InterruptedException {
    if (ended) {
      return null;
    }
    Object piece = arrived.poll(stallLimit.toMillis(), TimeUnit.MILLISECONDS);
    if (piece == null) {
      close();
      throw new HttpTimeoutException("nothing came for " + stallLimit.toMillis() + " ms");
    }
    if (piece == END) {
      ended = true;
      return null;
    }
    if (piece instanceof Throwable failure) {
      ended = true;
      throw failure instanceof IOException io ? io : new IOException(failure);
    }
    request();
    @SuppressWarnings("unchecked")
    List<ByteBuffer> bytes = (List<ByteBuffer>) piece;
    return bytes;
  }

  /** All bytes, or an IOException once there are more than {@code limit}. */
  byte[] readAll(int limit) throws IOException, InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (List<ByteBuffer> piece = next(); piece != null; piece = next()) {
      for (ByteBuffer buffer : piece) {
        if (all.size() + (long) buffer.remaining() > limit) {
          close();
          throw new TooLongException(limit);
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        all.writeBytes(bytes);
      }
    }
    return all.toByteArray();
  }

  /** Stops the transfer; the rest is not read. */
  @Override
  public synchronized void close() {
    closed = true;
    if (subscription != null) {
      subscription.cancel();
    }
  }

  private synchronized void request() {
    if (!closed) {
      subscription.request(1);
    }
  }

  @Override
  public CompletionStage<StreamedBody> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public synchronized void onSubscribe(Flow.Subscription given) {
    if (closed || subscription != null) {
      given.cancel();
      return;
    }
    subscription = given;
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> piece) {
    arrived.add(piece);
  }

  @Override
  public void onError(Throwable failure) {
    arrived.add(failure);
  }

  @Override
  public void onComplete() {
    arrived.add(END);
  }

  /** The body is longer than anything that would make sense. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(long limit) {
      super("more than " + limit + " bytes");
    }
  }
}
