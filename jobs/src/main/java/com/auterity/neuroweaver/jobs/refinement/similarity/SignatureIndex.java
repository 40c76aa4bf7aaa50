package com.auterity.neuroweaver.jobs.refinement.similarity;

import com.auterity.neuroweaver.datasets.store.DerivedBytes;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.Sha256;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The rows of one partition of a stored version by their band keys. Made once, kept beside the
 * version ({@link DerivedBytes}) and read from there by later jobs.
 */
public final class SignatureIndex {
  private final long[] ordinals;
  private final int[] sizes;

  /** For each band, key (as unsigned, high half) and position, ascending by signed key. */
  private final long[][] entries;

  private SignatureIndex(long[] ordinals, int[] sizes, long[][] entries) {
    this.ordinals = ordinals;
    this.sizes = sizes;
    this.entries = entries;
  }

  /**
   * @param signature all that keys depend on besides the rows
   * @param maker signs the rows when nobody has before
   */
  public static SignatureIndex of(
      NodeContext node,
      Manifest version,
      int partition,
      String signature,
      Supplier<SignedRows> maker) {
    byte[] kind = Sha256.digest().digest(("near " + signature).getBytes(StandardCharsets.UTF_8));
    return SignatureCache.of(node)
        .index(
            version.versionId() + "/" + partition + "/" + signature,
            () ->
                DerivedBytes.get(node.chunks(), version, partition, kind)
                    .map(SignatureIndex::ofBytes)
                    .orElseGet(
                        () -> {
                          SignatureIndex made = of(maker.get());
                          DerivedBytes.put(node.chunks(), version, partition, kind, made.toBytes());
                          return made;
                        }));
  }

  public static SignatureIndex of(SignedRows rows) {
    int compared = (int) Arrays.stream(rows.sizes()).filter(size -> size > 0).count();
    long[][] entries = new long[rows.bands()][compared];
    for (int band = 0; band < entries.length; band++) {
      int at = 0;
      for (int position = 0; position < rows.rows(); position++) {
        if (rows.sizes()[position] > 0) {
          entries[band][at++] = (long) rows.keys(band)[position] << 32 | position;
        }
      }
      Arrays.sort(entries[band]);
    }
    return new SignatureIndex(rows.ordinals(), rows.sizes(), entries);
  }

  /** The first place at or after {@code from} whose key is not below this one. */
  public int first(int band, int key, int from) {
    long[] sorted = entries[band];
    long wanted = (long) key << 32;
    int low = from;
    int step = 1;
    // Keys are asked for in ascending order: the next is near.
    while (low + step < sorted.length && sorted[low + step] < wanted) {
      low += step;
      step <<= 1;
    }
    int at = Arrays.binarySearch(sorted, low, Math.min(sorted.length, low + step + 1), wanted);
    return at < 0 ? -at - 1 : at;
  }

  public boolean hasKey(int band, int at, int key) {
    return at < entries[band].length && (int) (entries[band][at] >> 32) == key;
  }

  public int position(int band, int at) {
    return (int) entries[band][at];
  }

  public int size(int position) {
    return sizes[position];
  }

  public long ordinal(int position) {
    return ordinals[position];
  }

  long memory() {
    return sizes.length * 12L + entries.length * 8L * (entries.length == 0 ? 0 : entries[0].length);
  }

  byte[] toBytes() {
    int compared = entries[0].length;
    ByteBuffer out =
        ByteBuffer.allocate(
            Math.toIntExact(12L + sizes.length * 12L + 8L * compared * entries.length));
    out.putInt(sizes.length).putInt(compared).putInt(entries.length);
    out.asLongBuffer().put(ordinals);
    out.position(out.position() + 8 * ordinals.length);
    out.asIntBuffer().put(sizes);
    out.position(out.position() + 4 * sizes.length);
    for (long[] band : entries) {
      out.asLongBuffer().put(band);
      out.position(out.position() + 8 * band.length);
    }
    return out.array();
  }

  static SignatureIndex ofBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long[] ordinals = new long[in.getInt()];
    int[] sizes = new int[ordinals.length];
    int compared = in.getInt();
    long[][] entries = new long[in.getInt()][compared];
    in.asLongBuffer().get(ordinals);
    in.position(in.position() + 8 * ordinals.length);
    in.asIntBuffer().get(sizes);
    in.position(in.position() + 4 * sizes.length);
    for (long[] band : entries) {
      in.asLongBuffer().get(band);
      in.position(in.position() + 8 * band.length);
    }
    return new SignatureIndex(ordinals, sizes, entries);
  }
}
