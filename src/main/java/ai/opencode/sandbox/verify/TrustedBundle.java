package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file with the certificate authorities that programs trust. Usually a package contains it. If
 * the trigger of ca-certificates wrote it instead, it must consist of the authorities that {@code
 * /etc/ca-certificates.conf} selects from packages and of the image's own. In an image of the
 * stand-in, the image's own follow the package's content.
 */
final class TrustedBundle {

  static final String PATH = "etc/ssl/certs/ca-certificates.crt";

  private static final String SELECTION = "etc/ca-certificates.conf";
  private static final String LOCAL = "usr/local/share/ca-certificates";
  private static final String OF_PACKAGES = "usr/share/ca-certificates";
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END", Pattern.DOTALL);

  private TrustedBundle() {}

  /** Returns whether the image has certificate authorities that belong to no package. */
  static boolean hasOwnAuthorities(Examined image) {
    return image.root().below(LOCAL).stream()
        .anyMatch(entry -> entry.isFile() && !blocks(entry.text()).isEmpty());
  }

  /** Returns whether the bundle consists of exactly the image's certificate authorities. */
  static boolean isMadeOfAuthorities(Examined image) {
    Set<String> known = new HashSet<>();
    boolean local = false;
    for (RootEntry entry : image.root().below(LOCAL)) {
      if (entry.isFile()) {
        local = true;
        known.addAll(blocks(entry.text()));
      }
    }
    Set<String> bundle = blocks(image.root().text(PATH).orElse(""));
    Set<String> selected = selected(image);
    if (!local) {
      return !selected.isEmpty() && selected.equals(bundle);
    }
    for (RootEntry entry : image.root().below(OF_PACKAGES)) {
      if (entry.isFile() && image.owners().of(entry.path()).isPresent()) {
        known.addAll(blocks(entry.text()));
      }
    }
    return known.containsAll(bundle) && bundle.containsAll(selected);
  }

  /** Returns whether the bundle is the content of its package, followed by the image's own. */
  static boolean isExtended(Examined image, Checksum packaged) {
    String rest = image.root().text(PATH).orElse("");
    List<String> own = new ArrayList<>();
    for (RootEntry entry : image.root().below(LOCAL)) {
      if (entry.isFile() && !blocks(entry.text()).isEmpty()) {
        own.add(entry.text() + "\n");
      }
    }
    for (boolean shorter = true; shorter; ) {
      shorter = false;
      for (String each : own) {
        if (rest.endsWith(each)) {
          rest = rest.substring(0, rest.length() - each.length());
          shorter = true;
        }
      }
    }
    byte[] digest = Checksum.newSha1().digest(rest.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest).equals(packaged.hex());
  }

  private static Set<String> selected(Examined image) {
    Set<String> selected = new HashSet<>();
    for (String line : image.root().text(SELECTION).orElse("").split("\n", -1)) {
      String path = OF_PACKAGES + "/" + line;
      if (!line.startsWith("#") && !line.startsWith("!") && image.owners().of(path).isPresent()) {
        selected.addAll(blocks(image.root().text(path).orElse("")));
      }
    }
    return selected;
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
