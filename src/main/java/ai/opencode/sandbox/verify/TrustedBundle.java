package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file of certificate authorities that programs trust. If an image has authorities of its own,
 * its bundle differs from the package's file; it may contain those and the package's certificates
 * only.
 */
final class TrustedBundle {

  static final String PATH = "etc/ssl/certs/ca-certificates.crt";

  private static final String LOCAL = "usr/local/share/ca-certificates";
  private static final String OF_PACKAGES = "usr/share/ca-certificates";
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END", Pattern.DOTALL);

  private TrustedBundle() {}

  /**
   * Returns whether the image has authorities of its own, and the bundle contains no other
   * certificate.
   */
  static boolean isMadeOfAuthorities(Examined image) {
    Set<String> known = new HashSet<>();
    boolean local = false;
    for (RootEntry entry : image.root().below(LOCAL)) {
      if (entry.isFile()) {
        local = true;
        known.addAll(blocks(entry.text()));
      }
    }
    if (!local) {
      return false;
    }
    for (RootEntry entry : image.root().below(OF_PACKAGES)) {
      if (entry.isFile() && image.owners().of(entry.path()).isPresent()) {
        known.addAll(blocks(entry.text()));
      }
    }
    return known.containsAll(blocks(image.root().text(PATH).orElse("")));
  }

  private static Set<String> blocks(String text) {
    Set<String> blocks = new HashSet<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      blocks.add(block.group(1) + ":" + block.group(2).replaceAll("\\s", ""));
    }
    return blocks;
  }
}
