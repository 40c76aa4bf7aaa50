package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.cache.Cache;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.lang.IgniteBiPredicate;
import org.apache.ignite.lang.IgniteClosure;

/**
 * Blobs in a persistent Ignite cache, cut into pieces of at most 1 MiB. Key {@code sha} holds the
 * length and is written last: a blob is there exactly when it is; {@code sha/n} holds piece n. A
 * blob with an address of its own has its SHA-256 beside the length.
 */
public final class IgniteBlobStore implements BlobStore {
  public static final String CACHE = "NW_BLOB";
  static final int PIECE = 1 << 20;

  private final IgniteCache<String, byte[]> cache;
  private final BlobFolder files;
  private final Runnable admission;

  /**
   * @param folder where this node materializes blobs
   */
  public IgniteBlobStore(IgniteCache<String, byte[]> cache, Path folder) {
    this(cache, folder, () -> {});
  }

  /**
   * @param folder where this node materializes blobs
   * @param admission throws when no blob can be taken now
   */
  public IgniteBlobStore(IgniteCache<String, byte[]> cache, Path folder, Runnable admission) {
    this.cache = cache;
    this.files = new BlobFolder(folder);
    this.admission = admission;
  }

  @Override
  public String put(byte[] bytes) {
    String sha256 = Sha256.hex(bytes);
    if (!contains(sha256)) {
      admission.run();
      GridAccess.to("blob " + sha256, () -> write(sha256, bytes));
    }
    return sha256;
  }

  @Override
  public byte[] get(String sha256) {
    return GridAccess.to("blob " + sha256, () -> read(sha256));
  }

  @Override
  public boolean contains(String sha256) {
    return GridAccess.to("blob " + sha256, () -> cache.containsKey(sha256));
  }

  @Override
  public BlobOutput write(String address, long most) {
    return new BlobOutput(
        address,
        new BlobOutput.Pieces() {
          @Override
          public void put(int number, byte[] piece) {
            admission.run();
            GridAccess.to("blob " + address, () -> cache.put(key(address, number), piece));
          }

          @Override
          public void finish(BlobOutput.Written blob) {
            byte[] head =
                ByteBuffer.allocate(Long.BYTES + blob.sha256().length())
                    .putLong(blob.bytes())
                    .put(blob.sha256().getBytes(StandardCharsets.US_ASCII))
                    .array();
            GridAccess.to("blob " + address, () -> cache.put(address, head));
          }

          @Override
          public void abandon() {
            remove(address);
          }
        },
        PIECE,
        most);
  }

  @Override
  public Path materialize(String sha256) {
    Head head = GridAccess.to("blob " + sha256, () -> head(sha256));
    return files.file(
        sha256,
        head.sha256(),
        out -> {
          for (int piece = 0; (long) piece * PIECE < head.length(); piece++) {
            int number = piece;
            out.write(GridAccess.to("blob " + sha256, () -> piece(sha256, head, number)));
          }
        });
  }

  @Override
  public void remove(String sha256) {
    GridAccess.to("blob " + sha256, () -> erase(sha256));
    files.remove(sha256);
  }

  @Override
  public void removeAll(String prefix) {
    GridAccess.to("blobs " + prefix + "*", () -> eraseAll(prefix));
  }

  private void eraseAll(String prefix) {
    Set<String> heads = new TreeSet<>();
    Set<String> pieces = new TreeSet<>();
    try (QueryCursor<String> keys =
        cache.query(new ScanQuery<>(new BeginsWith(prefix)), new KeyOf())) {
      keys.forEach(key -> (key.indexOf('/') < 0 ? heads : pieces).add(key));
    }
    // A blob is there exactly when its head is.
    cache.removeAll(heads);
    cache.removeAll(pieces);
    heads.forEach(files::remove);
  }

  private static final class BeginsWith implements IgniteBiPredicate<String, byte[]> {
    private static final long serialVersionUID = 1L;

    private final String prefix;

    BeginsWith(String prefix) {
      this.prefix = prefix;
    }

    @Override
    public boolean apply(String key, byte[] value) {
      return key.startsWith(prefix);
    }
  }

  private static final class KeyOf implements IgniteClosure<Cache.Entry<String, byte[]>, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String apply(Cache.Entry<String, byte[]> entry) {
      return entry.getKey();
    }
  }

  /** Removes this node's files of blobs that are gone; for the start of a node. */
  public void removeStrayFiles() {
    files.names().stream().filter(name -> !contains(name)).forEach(files::remove);
  }

  /** What is known of a blob besides its pieces. */
  private record Head(long length, String sha256) {
    static Head of(String address, byte[] bytes) {
      return new Head(
          ByteBuffer.wrap(bytes).getLong(),
          bytes.length == Long.BYTES
              ? address
              : new String(
                  bytes, Long.BYTES, bytes.length - Long.BYTES, StandardCharsets.US_ASCII));
    }
  }

  private Head head(String sha256) {
    byte[] head = cache.get(sha256);
    if (head == null) {
      throw NeuroWeaverException.notFound("there is no blob " + sha256);
    }
    return Head.of(sha256, head);
  }

  private void write(String sha256, byte[] bytes) {
    for (int from = 0, piece = 0; from < bytes.length; from += PIECE, piece++) {
      cache.put(
          key(sha256, piece),
          Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + PIECE)));
    }
    cache.put(sha256, ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).array());
  }

  private byte[] read(String sha256) {
    Head head = head(sha256);
    byte[] bytes = new byte[Math.toIntExact(head.length())];
    for (int from = 0, piece = 0; from < bytes.length; from += PIECE, piece++) {
      byte[] part = piece(sha256, head, piece);
      System.arraycopy(part, 0, bytes, from, part.length);
    }
    String found = Sha256.hex(bytes);
    if (!found.equals(head.sha256())) {
      throw damaged(sha256, "its bytes hash to " + found);
    }
    return bytes;
  }

  private byte[] piece(String sha256, Head head, int number) {
    byte[] part = cache.get(key(sha256, number));
    long length = Math.min(PIECE, head.length() - (long) number * PIECE);
    if (part == null || part.length != length) {
      throw damaged(sha256, "piece " + number + (part == null ? " is missing" : " is cut off"));
    }
    return part;
  }

  private void erase(String sha256) {
    byte[] head = cache.getAndRemove(sha256);
    if (head == null && Sha256.isHex(sha256)) {
      return;
    }
    // Pieces are written without gaps; they go last first, so that a removal cut short leaves none
    // either and can be done again.
    int pieces = 0;
    while (cache.containsKey(key(sha256, pieces))) {
      pieces++;
    }
    for (int piece = pieces - 1; piece >= 0; piece--) {
      cache.remove(key(sha256, piece));
    }
  }

  private static String key(String sha256, int piece) {
    return sha256 + "/" + piece;
  }

  private static NeuroWeaverException damaged(String sha256, String why) {
    return new NeuroWeaverException(
        ErrorKind.CORRUPT, "blob " + sha256 + " is damaged: " + why, Map.of("blob", sha256));
  }
}
