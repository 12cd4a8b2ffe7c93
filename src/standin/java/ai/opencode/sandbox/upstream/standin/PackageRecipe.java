package ai.opencode.sandbox.upstream.standin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The recipe for one package of the stand-in repository.
 *
 * @param debs Debian packages whose files it contains, under names that exist in every Debian
 *     release
 * @param absorbed patterns of further Debian packages that it contains if these depend on them:
 *     packages named after a release ({@code gcc-12}), and separate parts
 * @param depends dependencies that the ELF files do not reveal
 * @param provides further names, besides libraries and commands
 * @param links made here because Debian makes them at installation, or because Alpine has the file
 *     elsewhere; an existing path is kept
 * @param dropped patterns of paths left out, besides documentation
 * @param only if not empty, the only included paths, by Debian package
 * @param scripts the installation scripts by their name in the control segment
 */
record PackageRecipe(
    String name,
    List<String> debs,
    List<String> absorbed,
    List<String> depends,
    List<String> provides,
    List<Link> links,
    List<String> dropped,
    Map<String, String> only,
    Map<String, String> scripts) {

  record Link(String path, String target) {}

  PackageRecipe {
    debs = List.copyOf(debs);
    absorbed = List.copyOf(absorbed);
    depends = List.copyOf(depends);
    provides = List.copyOf(provides);
    links = List.copyOf(links);
    dropped = List.copyOf(dropped);
    only = Collections.unmodifiableMap(new TreeMap<>(only));
    scripts = Collections.unmodifiableMap(new TreeMap<>(scripts));
  }

  static PackageRecipe named(String name) {
    return new PackageRecipe(
        name, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), Map.of(), Map.of());
  }

  boolean takes(String debianName) {
    return debs.contains(debianName)
        || absorbed.stream().anyMatch(pattern -> Pattern.matches(pattern, debianName));
  }

  /** Returns whether Debian's single certificates are combined into one file here. */
  boolean isCertificates() {
    return name.equals(PackageTable.CERTIFICATES);
  }

  boolean drops(String path) {
    return dropped.stream().anyMatch(pattern -> Pattern.matches(pattern, path));
  }

  PackageRecipe from(String... names) {
    return new PackageRecipe(
        name, plus(debs, names), absorbed, depends, provides, links, dropped, only, scripts);
  }

  PackageRecipe absorbing(String... patterns) {
    return new PackageRecipe(
        name, debs, plus(absorbed, patterns), depends, provides, links, dropped, only, scripts);
  }

  PackageRecipe depending(String... names) {
    return new PackageRecipe(
        name, debs, absorbed, plus(depends, names), provides, links, dropped, only, scripts);
  }

  PackageRecipe providing(String... names) {
    return new PackageRecipe(
        name, debs, absorbed, depends, plus(provides, names), links, dropped, only, scripts);
  }

  PackageRecipe linking(String path, String target) {
    List<Link> more = new ArrayList<>(links);
    more.add(new Link(path, target));
    return new PackageRecipe(name, debs, absorbed, depends, provides, more, dropped, only, scripts);
  }

  PackageRecipe dropping(String... paths) {
    return new PackageRecipe(
        name, debs, absorbed, depends, provides, links, plus(dropped, paths), only, scripts);
  }

  PackageRecipe takingOnly(String path, String debianName) {
    Map<String, String> more = new TreeMap<>(only);
    more.put(debianName, path);
    return new PackageRecipe(
        name, debs, absorbed, depends, provides, links, dropped, more, scripts);
  }

  PackageRecipe running(String script, String text) {
    Map<String, String> more = new TreeMap<>(scripts);
    more.put(script, text);
    return new PackageRecipe(name, debs, absorbed, depends, provides, links, dropped, only, more);
  }

  private static List<String> plus(List<String> list, String... more) {
    List<String> all = new ArrayList<>(list);
    all.addAll(List.of(more));
    return all;
  }
}
