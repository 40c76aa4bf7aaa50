package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Where a pretraining run stands after some steps: one file, replaced whole, with a SHA-256 at its
 * end. {@code seconds} is the time spent on all steps so far, the losses are the first step's and
 * the recent ones' mean.
 */
record PretrainCheckpoint(
    String identity,
    int step,
    double seconds,
    double lossFirst,
    double lossLast,
    float[] parameters,
    byte[] optimizer) {
  private static final long MAGIC = 0x4e57_5052_4554_5231L; // NWPRETR1
  private static final int HASH_BYTES = 32;

  void write(Path file) {
    byte[] name = identity.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(
                8 + 4 + name.length + 4 + 24 + 4 + 4 * parameters.length + 4 + optimizer.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(MAGIC).putInt(name.length).put(name).putInt(step);
    out.putDouble(seconds).putDouble(lossFirst).putDouble(lossLast);
    out.putInt(parameters.length);
    out.asFloatBuffer().put(parameters);
    out.position(out.position() + 4 * parameters.length);
    out.putInt(optimizer.length).put(optimizer);
    AtomicFile.write(file, out.array(), sha256(out.array(), out.capacity()));
  }

  /** The checkpoint in a file, or none if there is no file; CORRUPT if its hash is wrong. */
  static Optional<PretrainCheckpoint> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    byte[] bytes = JsonFile.bytes(file);
    int length = bytes.length - HASH_BYTES;
    if (length < 32
        || !Arrays.equals(sha256(bytes, length), Arrays.copyOfRange(bytes, length, bytes.length))) {
      throw new NeuroWeaverException(
          ErrorKind.CORRUPT,
          "%s is damaged (its hash does not fit); delete it to start anew".formatted(file),
          Map.of("file", file.toString()));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getLong() != MAGIC) {
      throw NeuroWeaverException.invalid(file + " is no pretraining checkpoint");
    }
    byte[] name = new byte[in.getInt()];
    in.get(name);
    int step = in.getInt();
    double seconds = in.getDouble();
    double lossFirst = in.getDouble();
    double lossLast = in.getDouble();
    float[] parameters = new float[in.getInt()];
    in.asFloatBuffer().get(parameters);
    in.position(in.position() + 4 * parameters.length);
    byte[] optimizer = new byte[in.getInt()];
    in.get(optimizer);
    return Optional.of(
        new PretrainCheckpoint(
            new String(name, StandardCharsets.UTF_8),
            step,
            seconds,
            lossFirst,
            lossLast,
            parameters,
            optimizer));
  }

  private static byte[] sha256(byte[] bytes, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, 0, length);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
