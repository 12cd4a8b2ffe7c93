package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The comparison of an SBOM with the one that this program makes of the image: whole, element by
 * element, so that a finding names what is wrong.
 */
final class SbomComparison {

  private static final String ID = SbomCheck.ID;
  private static final String ROOT = "SPDXRef-DocumentRoot-Image-";
  private static final int MAX_TEXT = 200;

  /** The fields of a package whose differences make it another one. */
  private static final Set<String> IDENTITY = Set.of("name", "versionInfo", "externalRefs");

  /** The lists whose elements are compared one by one, and the name, which has their hash. */
  private static final Set<String> APART =
      Set.of("packages", "files", "relationships", "documentNamespace");

  private final JsonNode stated;
  private final JsonNode actual;
  private final Flaws flaws;
  private boolean differs;

  SbomComparison(JsonNode stated, JsonNode actual, Flaws flaws) {
    this.stated = stated;
    this.actual = actual;
    this.flaws = flaws;
  }

  void run() {
    counts(software(stated), software(actual), "the SBOM does not name it", "the SBOM names it");
    elements("packages", "name", IDENTITY);
    elements("files", "fileName", Set.of());
    counts(
        relationships(stated),
        relationships(actual),
        "the SBOM does not say so",
        "the SBOM says so");
    fields("document", stated, actual, APART);
    if (!differs && !stated.equals(actual)) {
      add("document", "it is not the one that this program makes of the image");
    }
  }

  private void add(String where, String message) {
    differs = true;
    flaws.add(ID, where, message);
  }

  private void counts(
      SortedMap<String, Integer> said,
      SortedMap<String, Integer> there,
      String missing,
      String tooMany) {
    SortedMap<String, Integer> more = new TreeMap<>(there);
    said.forEach((each, count) -> more.merge(each, -count, Integer::sum));
    more.forEach(
        (each, count) -> {
          if (count > 0) {
            add(each, missing);
          } else if (count < 0) {
            add(each, tooMany + ", and the image does not have it");
          }
        });
  }

  /** Returns how often a document has each package, by name, version and address. */
  private static SortedMap<String, Integer> software(JsonNode document) {
    SortedMap<String, Integer> found = new TreeMap<>();
    for (JsonNode each : document.path("packages")) {
      if (!each.path("SPDXID").asText().startsWith(ROOT)) {
        String label = each.path("name").asText() + " " + each.path("versionInfo").asText();
        String address = each.at("/externalRefs/0/referenceLocator").asText();
        found.merge((label + " " + address).strip(), 1, Integer::sum);
      }
    }
    return found;
  }

  private static SortedMap<String, Integer> relationships(JsonNode document) {
    SortedMap<String, Integer> found = new TreeMap<>();
    for (JsonNode each : document.path("relationships")) {
      String text =
          each.path("spdxElementId").asText()
              + " "
              + each.path("relationshipType").asText()
              + " "
              + each.path("relatedSpdxElement").asText();
      String comment = each.path("comment").asText();
      found.merge(comment.isEmpty() ? text : text + " (" + comment + ")", 1, Integer::sum);
    }
    return found;
  }

  /** Compares the fields of those elements that both documents have. */
  private void elements(String list, String name, Set<String> except) {
    Map<String, JsonNode> there = new TreeMap<>();
    actual.path(list).forEach(each -> there.put(each.path("SPDXID").asText(), each));
    for (JsonNode each : stated.path(list)) {
      JsonNode same = there.remove(each.path("SPDXID").asText());
      if (same != null) {
        boolean isRoot = each.path("SPDXID").asText().startsWith(ROOT);
        fields(same.path(name).asText(), each, same, isRoot ? Set.of() : except);
      } else if (except.isEmpty()) {
        add(each.path(name).asText(), "the SBOM names it, and not as the image has it");
      }
    }
    if (except.isEmpty()) {
      there.values().forEach(each -> add(each.path(name).asText(), "the SBOM does not name it"));
    }
  }

  private void fields(String where, JsonNode said, JsonNode there, Set<String> except) {
    Set<String> names = new TreeSet<>();
    said.fieldNames().forEachRemaining(names::add);
    there.fieldNames().forEachRemaining(names::add);
    names.removeAll(except);
    for (String each : names) {
      if (!said.path(each).equals(there.path(each))) {
        String message = each + " is " + text(said.path(each)) + " in the SBOM, and ";
        add(where, message + text(there.path(each)) + " by the image");
      }
    }
  }

  private static String text(JsonNode node) {
    if (node.isMissingNode()) {
      return "missing";
    }
    String text = node.toString();
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }
}
