package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.oci.Digest;
import java.util.List;

/**
 * The digests of installation scripts whose effects were examined, by package and kind of script:
 * those of Alpine 3.20 and 3.23, and of the stand-in.
 */
final class KnownTexts {

  /** Package, kind and SHA-256 of a script in each line; the newest text of a kind last. */
  private static final List<String> LINES =
      """
      alpine-baselayout pre-install 28ecff91a36f438ca26bc8cc08d857863378aa94eab399a1f413e52501b86f85
      alpine-baselayout post-install dd30b63bfbe4f7d8085f57840e15b84015b3518d6f282a3e0924f73a61000016
      alpine-baselayout pre-upgrade c52791ea19cd2395d28fce28870d9f7ff4cb321b20601179155ea1cc99e71e1e
      alpine-baselayout pre-upgrade 3f35fa5402d397389f366e8934ba0f800a017a149f4281dc8c22762419e47e10
      alpine-baselayout post-upgrade dd30b63bfbe4f7d8085f57840e15b84015b3518d6f282a3e0924f73a61000016
      bash post-install e4157e7c2551f76a9b9b92196b60b7c9969f1ba87ea91f1de5ce77afd108c584
      bash post-install 8d3f6002c8da057110c04bb8e823d2a90e555df1cec438833cd1768ef293bbf8
      bash post-upgrade e4157e7c2551f76a9b9b92196b60b7c9969f1ba87ea91f1de5ce77afd108c584
      bash post-upgrade 8d3f6002c8da057110c04bb8e823d2a90e555df1cec438833cd1768ef293bbf8
      busybox post-install 13c120a1c714ecafa7fe1fc748406a89dfffc549118ebce324b53d4bbb4ba75f
      busybox post-upgrade 361aa82e5a9a18c86624fed675e83ebe0e8b2c30a34e68b356b96d550ff018af
      busybox post-upgrade 3cf0a22d2d6c6ed34be6b77ed3973b7c0b7434525744026c0159f5a76f827f49
      busybox trigger 0d63b08ed79c5a2348548852c9674c5c947abe2c97691162bd94a887ebd7d1f0
      busybox trigger c7840b111dd82669de2074ea3c7e345c063928db2bbff650a81289777b3ff98f
      ca-certificates trigger 1bf77c8eae3220b1bd7dd86561d0899315f51d72257c1aeb4066072ed4304fe5
      icu-data-en post-install 1b60012707d8e5c6735bbe4620a08335e019618b776462da11fe2574d4a3dba4
      nodejs post-upgrade c8583fb8e4a56334d1ecf10341ea5710b67b32954aa504a2691d507d1227454b
      """
          .lines()
          .toList();

  private KnownTexts() {}

  static List<String> lines() {
    return LINES;
  }

  /** Returns whether some text of a kind is known for a package. */
  static boolean hasKind(String packageName, String kind) {
    String start = packageName + " " + kind + " ";
    return LINES.stream().anyMatch(line -> line.startsWith(start));
  }

  /** Returns whether this text of a script is known. */
  static boolean contains(String packageName, String kind, byte[] text) {
    return LINES.contains(packageName + " " + kind + " " + Digest.sha256(text).hex());
  }
}
