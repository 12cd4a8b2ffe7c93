package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.ApkOrigin.Stored;
import ai.opencode.sandbox.attest.Provenance;
import ai.opencode.sandbox.attest.Provenance.Dependency;
import ai.opencode.sandbox.inspect.content.Flaws;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The form of an input in a provenance: the digests and facts that this program states of its kind,
 * and no others, which nothing here would compare.
 *
 * @param algorithms the names of the algorithms of its digest
 * @param facts the names of its annotations
 */
record InputForm(Set<String> algorithms, Set<String> facts) {

  private static final Pattern HEX = Pattern.compile("[0-9a-f]+");
  private static final Map<String, Integer> DIGITS =
      Map.of("sha256", 64, "sha384", 96, "sha512", 128);
  private static final Set<String> SHA256 = Set.of("sha256");

  private static final InputForm LOCK = new InputForm(SHA256, Set.of());
  private static final InputForm BASE = new InputForm(SHA256, Set.of(Provenance.PACKAGES));
  private static final InputForm APK =
      new InputForm(SHA256, Set.of(Provenance.CONTROL, Provenance.STORED, Provenance.LAYER));
  private static final InputForm NPM =
      new InputForm(DIGITS.keySet(), Set.of(Provenance.PATH, Provenance.LAYER));

  InputForm {
    algorithms = Set.copyOf(algorithms);
    facts = Set.copyOf(facts);
  }

  private static InputForm of(Dependency input) {
    return switch (input.name()) {
      case Provenance.LOCK -> LOCK;
      case Provenance.BASE -> BASE;
      default -> input.annotations().containsKey(Provenance.PATH) ? NPM : APK;
    };
  }

  /** Reports what an input has in another form. */
  static void check(Dependency input, Flaws flaws) {
    InputForm form = of(input);
    if (!form.algorithms.contains(input.algorithm())
        || input.digest().length() != DIGITS.getOrDefault(input.algorithm(), 0)
        || !HEX.matcher(input.digest()).matches()) {
      add(input, "its digest " + input.algorithm() + ":" + input.digest() + " is none", flaws);
    }
    Set<String> others = new TreeSet<>(input.annotations().keySet());
    others.removeAll(form.facts);
    others.forEach(each -> add(input, "this program states no " + each + " of it", flaws));
    String stored = input.annotations().get(Provenance.STORED);
    if (stored != null
        && !stored.equals(Stored.VERBATIM.toString())
        && !stored.equals(Stored.REWRITTEN.toString())) {
      add(input, "its form " + stored + " is none", flaws);
    }
    if (form.equals(LOCK) && !input.uri().isEmpty()) {
      add(input, "this program states no address of it", flaws);
    }
  }

  private static void add(Dependency input, String message, Flaws flaws) {
    flaws.add(ProvenanceCheck.ID, input.name(), message);
  }
}
