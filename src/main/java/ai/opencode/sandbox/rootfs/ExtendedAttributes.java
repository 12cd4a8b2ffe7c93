package ai.opencode.sandbox.rootfs;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.FileAttributes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** apk's checksum of a file's extended attributes. */
public final class ExtendedAttributes {

  private ExtendedAttributes() {}

  /**
   * Returns the SHA-1 over name and value of each attribute that images keep, in the order of
   * names, each preceded by its length; null if there are none.
   */
  public static @Nullable String checksum(Attributes attributes) {
    MessageDigest digest = Checksum.newSha1();
    boolean any = false;
    for (Map.Entry<String, String> each : attributes.extended().entrySet()) {
      if (FileAttributes.isKept(each.getKey())) {
        any = true;
        update(digest, each.getKey().getBytes(StandardCharsets.UTF_8));
        update(digest, each.getValue().getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    return any ? Checksum.from(digest.digest()).toString() : null;
  }

  private static void update(MessageDigest digest, byte[] bytes) {
    digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
    digest.update(bytes);
  }
}
