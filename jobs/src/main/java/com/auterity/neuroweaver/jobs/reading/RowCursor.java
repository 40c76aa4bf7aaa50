package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.reading.SelectRows.Scan;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Where a page ended, as text that means nothing to who carries it: the version, the last row
 * given, and of each partition the first chunk that is not used up.
 *
 * @param request {@link #request} of what was asked for
 */
record RowCursor(String versionId, long request, RowKey last, List<Scan> scans) {
  private static final int FORMAT = 1;
  private static final int MOST_SCANS = 1 << 16;

  RowCursor {
    scans = List.copyOf(scans);
  }

  /** A number that differs for another filter or other columns. */
  static long request(String where, List<String> columns) {
    CRC32 crc = new CRC32();
    crc.update((where + "\n" + columns).getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }

  String text() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
      byte[] body = body();
      CRC32 crc = new CRC32();
      crc.update(body);
      out.writeInt((int) crc.getValue());
      out.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
  }

  private byte[] body() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(FORMAT);
    out.writeUTF(versionId);
    out.writeLong(request);
    out.writeLong(last.ordinal());
    out.writeInt(last.partition());
    out.writeInt(scans.size());
    for (Scan scan : scans) {
      out.writeInt(scan.partition());
      out.writeInt(scan.chunk());
    }
    return bytes.toByteArray();
  }

  /**
   * @throws NeuroWeaverException INVALID_INPUT when no page gave this
   */
  static RowCursor of(String text) {
    try (DataInputStream in =
        new DataInputStream(
            new InflaterInputStream(
                new ByteArrayInputStream(Base64.getUrlDecoder().decode(text))))) {
      int expected = in.readInt();
      byte[] body = in.readNBytes(64 + 8 * MOST_SCANS);
      CRC32 crc = new CRC32();
      crc.update(body);
      if (expected != (int) crc.getValue()) {
        throw unknown();
      }
      return read(new DataInputStream(new ByteArrayInputStream(body)));
    } catch (IOException | IllegalArgumentException e) {
      throw unknown();
    }
  }

  private static RowCursor read(DataInputStream in) throws IOException {
    if (in.readByte() != FORMAT) {
      throw unknown();
    }
    String versionId = in.readUTF();
    long request = in.readLong();
    RowKey last = new RowKey(in.readLong(), in.readInt());
    int count = in.readInt();
    List<Scan> scans = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      scans.add(new Scan(in.readInt(), in.readInt()));
    }
    return new RowCursor(versionId, request, last, scans);
  }

  private static NeuroWeaverException unknown() {
    return NeuroWeaverException.invalid(
        "cursor: is none that a page gave; right is meta.next_cursor of the page before, whole");
  }
}
