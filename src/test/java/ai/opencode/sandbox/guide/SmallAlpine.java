package ai.opencode.sandbox.guide;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Packages named like those of the base image, with as little in them as {@code verify} needs to
 * find nothing. Those that every image has own the files of the small upstream's base.
 */
final class SmallAlpine {

  private static final String PROGRAM = "#!/bin/sh\n";

  private SmallAlpine() {}

  static List<AnApk> packages() {
    Map<String, AnApk> all = new TreeMap<>();
    ASmallUpstream.packagesOfTheBase().forEach(each -> all.put(each.name(), each));
    List<AnApk> fitting =
        List.of(
            named("bash").withFile("bin/bash", 0755, "bash"),
            named("tini").withFile("sbin/tini", 0755, "tini"),
            named("nodejs").withFile("usr/bin/node", 0755, "node"),
            named("npm").withFile("usr/bin/npm", 0755, PROGRAM),
            named("ca-certificates")
                .withFile("etc/ssl/certs/ca-certificates.crt", 0644, "")
                .withFile("etc/ca-certificates.conf", 0644, "# none\n")
                .withDirectory("usr/local/share/ca-certificates", 0755)
                .triggers("/usr/local/share/ca-certificates")
                .script("trigger", "#!/bin/sh\n/usr/sbin/update-ca-certificates\n"));
    fitting.forEach(each -> all.put(each.name(), each));
    List<AnApk> below = below();
    String[] names = below.stream().map(AnApk::name).toArray(String[]::new);
    List<AnApk> packages = new ArrayList<>();
    all.values().forEach(each -> packages.add(each.depends(names).signed(ASmallUpstream.KEY)));
    below.forEach(each -> packages.add(each.signed(ASmallUpstream.KEY)));
    return packages;
  }

  private static AnApk named(String name) {
    return AnApk.named(name).version("99-r1");
  }

  private static List<AnApk> below() {
    String key = new String(ASmallUpstream.KEY.pem(), StandardCharsets.US_ASCII);
    return List.of(
        AnApk.named("alpine-baselayout")
            .withDirectory("tmp", 01777)
            .withLink("lib64", "lib")
            .withFile("etc/shadow", 0640, "root:*::0:::::\n"),
        AnApk.named("alpine-keys").withFile("etc/apk/keys/" + ASmallUpstream.KEY.name(), 0644, key),
        AnApk.named("busybox")
            .withFile("bin/busybox", 0755, "busybox")
            .withFile("usr/bin/env", 0755, "env")
            .withLink("bin/sh", "busybox"));
  }
}
