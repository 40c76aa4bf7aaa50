package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * The file a load writes its rejected rows to, as JSON Lines. It appears with {@link #publish},
 * whole; until then it is a draft beside it.
 */
public final class RejectFile implements AutoCloseable {
  private final Path file;
  private final Path draft;
  private final FileChannel channel;
  private final OutputStream out;

  private RejectFile(Path file, Path draft, FileChannel channel) {
    this.file = file;
    this.draft = draft;
    this.channel = channel;
    this.out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
  }

  /**
   * @param owner a word of the one who writes, so that another run of it finds its own draft
   * @param kept so many bytes an earlier run has written stay
   */
  public static RejectFile open(Path file, String owner, long kept) {
    Path draft = draft(file, owner);
    try {
      FileChannel channel =
          FileChannel.open(draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.truncate(kept).position(kept);
      return new RejectFile(file, draft, channel);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /** How many bytes a draft of the owner has; 0 when there is none. */
  public static long drafted(Path file, String owner) {
    try {
      return Files.size(draft(file, owner));
    } catch (IOException e) {
      return 0;
    }
  }

  public void add(RejectedRows rejected) {
    try {
      rejected.writeWhole(out);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /** How many bytes it has; they are on their way to the disk. */
  public long size() {
    try {
      out.flush();
      return channel.size();
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /** Closes the file and gives it its name; what had that name is replaced. */
  public void publish() {
    try {
      out.close();
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /** Closes the draft, which stays for a later run. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /** Removes the draft: nobody will go on with it. */
  public void discard() {
    close();
    try {
      Files.deleteIfExists(draft);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private static Path draft(Path file, String owner) {
    return file.resolveSibling("." + file.getFileName() + "." + owner);
  }

  private static NeuroWeaverException unwritable(Path file, IOException e) {
    return new NeuroWeaverException(
        ErrorKind.UNAVAILABLE,
        "rejects: " + file + " cannot be written: " + e,
        Map.of("path", file.toString()),
        e);
  }
}
