package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All packages of the repository that are to be made.
 *
 * @param debs the Debian packages that each of them is made from, by its name
 */
record Plan(List<PlannedPackage> packages, Map<String, List<DebianPackage>> debs) {

  /** The access to downloads while a package is made. */
  interface Inputs {
    Path deb(DebianPackage debian);

    Path tarball(NpmPin pin) throws IOException;
  }

  /** Returns the packages that do not depend on apt's answers, and so can be started at once. */
  static Plan withoutDebian(Platform platform, Inputs inputs) {
    return of(platform, List.of(), inputs);
  }

  /**
   * Plans the packages.
   *
   * @param inputs the source of downloads, which is used while packages are made, not before
   */
  static Plan of(Platform platform, List<DebianSelection> selections, Inputs inputs) {
    Maker maker = new Maker(platform, inputs);
    selections.forEach(maker::debian);
    PackageTable.packages(platform).stream()
        .filter(recipe -> recipe.debs().isEmpty() && recipe.absorbed().isEmpty())
        .forEach(maker::empty);
    maker.own(BaseLayout.plan(platform.apkArchitecture()));
    maker.node();
    return new Plan(List.copyOf(maker.packages.values()), maker.debs);
  }

  /** Returns the key of the whole repository, derived from its inputs. */
  String key() {
    StringBuilder keys = new StringBuilder(StandInKey.NAME).append('\n');
    packages.forEach(apk -> keys.append(apk.key()).append('\n'));
    return Digest.sha256(keys.toString()).hex();
  }

  private static final class Maker {

    private final Platform platform;
    private final Inputs inputs;
    private final Map<String, PlannedPackage> packages = new TreeMap<>();
    private final Map<String, List<DebianPackage>> debs = new TreeMap<>();

    Maker(Platform platform, Inputs inputs) {
      this.platform = platform;
      this.inputs = inputs;
    }

    void own(PlannedPackage apk) {
      packages.put(apk.name(), apk);
    }

    void debian(DebianSelection selection) {
      PackageRecipe recipe = selection.recipe();
      List<DebianPackage> contents = selection.debs();
      DebianPackage primary = selection.primary();
      StringBuilder key = new StringBuilder(recipe.toString());
      contents.forEach(deb -> key.append('\n').append(deb.name()).append(' ').append(deb.sha256()));
      PlannedPackage.About about =
          new PlannedPackage.About(
              primary.summary(), primary.homepage(), "", primary.source(), primary.maintainer());
      PlannedPackage apk =
          PlannedPackage.of(
                  recipe.name(),
                  DebianVersion.toApk(selection.bulk().version()),
                  platform.apkArchitecture(),
                  about,
                  key.toString(),
                  into -> fill(into, recipe, contents))
              .withDepends(recipe.depends())
              .withProvides(recipe.provides())
              .withScripts(recipe.scripts())
              .withWeight(contents.stream().mapToInt(DebianPackage::size).sum());
      own(apk);
      debs.put(apk.name(), contents);
    }

    private void fill(ApkBuilder into, PackageRecipe recipe, List<DebianPackage> contents)
        throws IOException {
      for (DebianPackage deb : contents) {
        if (recipe.isCertificates()) {
          CertificateBundle.copy(inputs.deb(deb), into);
          into.noteLicense("MPL-2.0");
        } else {
          DebianFiles.copy(inputs.deb(deb), deb.name(), recipe, into);
        }
      }
      for (PackageRecipe.Link link : recipe.links()) {
        if (!into.contains(link.path())) {
          into.symbolicLink(link.path(), link.target());
        }
      }
    }

    void empty(PackageRecipe recipe) {
      own(
          PlannedPackage.of(
                  recipe.name(),
                  "1.0.0-r0",
                  platform.apkArchitecture(),
                  new PlannedPackage.About(
                      "Depends on " + String.join(", ", recipe.depends()),
                      "",
                      "Apache-2.0",
                      recipe.name(),
                      ""),
                  recipe.toString(),
                  into -> {})
              .withDepends(recipe.depends()));
    }

    void node() {
      NpmPin node = NpmPin.named("node-linux-" + platform.npmCpu());
      String url = "https://nodejs.org";
      npm(
          "nodejs",
          node,
          new PlannedPackage.About(
              "JavaScript runtime built on V8, as Node.js publishes it", url, "MIT", "nodejs", ""),
          52_000_000,
          List.of(),
          into ->
              NpmFiles.copy(
                  inputs.tarball(node), "package/bin/node", "usr/bin/node", List.of(), into));
      npm(
          "nodejs-dev",
          node,
          new PlannedPackage.About("Headers of Node.js", url, "MIT", "nodejs", ""),
          2_000_000,
          List.of("nodejs"),
          into ->
              NpmFiles.copy(
                  inputs.tarball(node),
                  "package/include/node/",
                  "usr/include/node/",
                  // Copies of OpenSSL's headers for each processor: 50 MB that no add-on needs.
                  List.of("package/include/node/openssl/archs/"),
                  into));
      packageManager(NpmPin.named("npm"));
    }

    private void packageManager(NpmPin npm) {
      npm(
          "npm",
          npm,
          new PlannedPackage.About(
              "Package manager of Node.js", "https://docs.npmjs.com", "Artistic-2.0", "npm", ""),
          3_000_000,
          List.of("nodejs"),
          into -> {
            String root = "usr/lib/node_modules/npm/";
            NpmFiles.copy(
                inputs.tarball(npm),
                "package/",
                root,
                List.of("package/docs/", "package/man/"),
                into);
            into.symbolicLink("usr/bin/npm", "../lib/node_modules/npm/bin/npm-cli.js");
            into.symbolicLink("usr/bin/npx", "../lib/node_modules/npm/bin/npx-cli.js");
          });
    }

    private void npm(
        String name,
        NpmPin pin,
        PlannedPackage.About about,
        int weight,
        List<String> depends,
        PlannedPackage.Filling filling) {
      own(
          PlannedPackage.of(
                  name,
                  pin.version() + "-r0",
                  platform.apkArchitecture(),
                  about,
                  pin.toString(),
                  filling)
              .withDepends(depends)
              .withWeight(weight));
    }
  }
}
