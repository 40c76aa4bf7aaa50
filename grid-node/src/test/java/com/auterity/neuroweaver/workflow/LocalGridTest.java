package com.auterity.neuroweaver.workflow;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.cli.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalGridTest {
  @TempDir Path folder;

  @Test
  void aFolderThatIsNotOursIsNotCleared() throws Exception {
    Path theirs = folder.resolve("grid");
    Files.createDirectories(theirs);
    Path photo = Files.writeString(theirs.resolve("photo.jpg"), "x");
    UsageException e = assertThrows(UsageException.class, () -> LocalGrid.start(folder, theirs, 1));
    assertTrue(e.getMessage().contains(theirs.toString()), e.getMessage());
    assertTrue(Files.exists(photo));
  }
}
