package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Holds a work folder for one node process at a time. */
final class WorkDirLock implements AutoCloseable {
  private final FileChannel channel;

  private WorkDirLock(FileChannel channel) {
    this.channel = channel;
  }

  static WorkDirLock take(Path workDir) {
    Path file = workDir.resolve("node.lock");
    FileChannel channel = null;
    try {
      Files.createDirectories(workDir);
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
      if (lock == null) {
        String holder = Files.readString(file, StandardCharsets.UTF_8).strip();
        channel.close();
        throw new NeuroWeaverException(
            ErrorKind.CONFLICT,
            "work_dir "
                + workDir
                + " is in use by the node of process "
                + holder
                + ": stop it or set another work_dir",
            Map.of("work_dir", workDir.toString()));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)));
      return new WorkDirLock(channel);
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "work_dir " + workDir + " cannot be used: " + e,
          Map.of("work_dir", workDir.toString()),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
