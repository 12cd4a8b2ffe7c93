package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.attest.Project;
import ai.opencode.sandbox.evidence.GoModule;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A bill as an SPDX 2.3 document. Its form is the one in which syft, grype, trivy and BuildKit's
 * clients find distribution, source packages, layers and paths.
 */
final class SpdxDocument {

  private static final String CONTAINS = "CONTAINS";

  /**
   * The relation of a part to the package that carries it. It is not the opposite relation, because
   * trivy takes everything that an Alpine package contains for packages of the distribution, and
   * compares none of it with npm's advisories.
   */
  private static final String PART = "PACKAGE_OF";

  private static final String EVIDENT =
      "evident-by: indicates the package's existence is evident by the given file";
  private static final String PLACE = "\"documentNamespace\":\"\"";
  private static final int NAMESPACE_DIGITS = 16;

  private final SoftwareBill bill;
  private final String program;
  private final LicenceNames licences = new LicenceNames();
  private final SpdxPackages elements;
  private final ArrayNode packages = Json.object().putArray("");
  private final Map<String, ObjectNode> files = new TreeMap<>();
  private final ArrayNode relationships = Json.object().putArray("");
  private final Set<String> modules = new HashSet<>();

  SpdxDocument(SoftwareBill bill, String program) {
    this.bill = bill;
    this.program = program;
    this.elements = new SpdxPackages(bill.subject(), program, licences);
  }

  /** Returns the JSON text. Its namespace differs for every content, as SPDX demands. */
  byte[] bytes() {
    addElements();
    byte[] unnamed = Json.write(document());
    String content = Digest.sha256(unnamed).hex().substring(0, NAMESPACE_DIGITS);
    String image =
        bill.subject().manifest().map(each -> "sha256-" + each.hex()).orElse("no-manifest");
    String name = bill.subject().name().replaceAll("[^A-Za-z0-9._-]", "-");
    return named(unnamed, Project.ADDRESS + "/spdx/" + name + "/" + image + "-" + content);
  }

  /**
   * Puts the namespace into its place. No value has such a text, because its quotes are escaped.
   */
  private static byte[] named(byte[] unnamed, String namespace) {
    String text = new String(unnamed, StandardCharsets.UTF_8);
    int at = text.indexOf(PLACE) + PLACE.length() - 1;
    return (text.substring(0, at) + namespace + text.substring(at))
        .getBytes(StandardCharsets.UTF_8);
  }

  private ObjectNode document() {
    BillSubject subject = bill.subject();
    ObjectNode node = Json.object();
    node.put("spdxVersion", "SPDX-2.3");
    node.put("dataLicense", "CC0-1.0");
    node.put("SPDXID", SpdxIds.DOCUMENT);
    node.put("name", subject.name() + " " + subject.platform());
    node.put("documentNamespace", "");
    ObjectNode creation = node.putObject("creationInfo");
    creation.put("comment", comment());
    creation.put("created", subject.created().toString());
    creation.putArray("creators").add("Tool: " + program);
    creation.put("licenseListVersion", LicenceList.known().version());
    node.set("packages", packages);
    if (!files.isEmpty()) {
      ArrayNode list = node.putArray("files");
      files.values().forEach(list::add);
    }
    if (!licences.texts().isEmpty()) {
      ArrayNode list = node.putArray("hasExtractedLicensingInfos");
      licences
          .texts()
          .forEach(
              (name, text) ->
                  list.addObject()
                      .put("licenseId", name)
                      .put("name", text)
                      .put("extractedText", text));
    }
    node.set("relationships", relationships);
    return node;
  }

  private String comment() {
    return "The SHA-1 of an Alpine package is that of its compressed control segment, by which apk"
        + " knows it, and its SHA-256 that of its compressed data segment."
        + (bill.database().isEmpty()
            ? " This document was made before the image: the packages of the base image are not"
                + " in it."
            : "");
  }

  private void addElements() {
    BillSubject subject = bill.subject();
    String root = SpdxIds.root(subject.name());
    packages.add(elements.root());
    relate(SpdxIds.DOCUMENT, "DESCRIBES", root);
    String system = root;
    if (subject.release().isPresent()) {
      OsRelease release = subject.release().get();
      packages.add(elements.release(release));
      system = SpdxIds.release(release);
      relate(root, CONTAINS, system);
    }
    for (ApkSoftware each : bill.apk()) {
      String id = SpdxIds.apk(each.facts().name());
      packages.add(elements.apk(each));
      relate(system, CONTAINS, id);
      bill.database().ifPresent(file -> evident(id, file));
    }
    for (NpmSoftware each : bill.npm()) {
      String id = SpdxIds.npm(each.facts().name(), each.facts().path());
      packages.add(elements.npm(each));
      relatePart(id, each.carrier().map(SpdxIds::apk), root);
      each.evidence().ifPresent(file -> evident(id, file));
    }
    bill.go().forEach(each -> addProgram(each, root));
  }

  private void addProgram(GoSoftware program, String root) {
    Optional<String> carrier = program.carrier().flatMap(each -> CarrierNames.of(bill, each));
    for (GoModule module : GoModules.of(program)) {
      String id = SpdxIds.go(module.path(), module.version());
      if (modules.add(id)) {
        packages.add(elements.go(module));
      }
      if (modules.add(carrier.orElse(root) + " " + id)) {
        relatePart(id, carrier, root);
      }
      evident(id, program.evidence());
    }
  }

  private void relatePart(String id, Optional<String> carrier, String root) {
    carrier.ifPresentOrElse(each -> relate(id, PART, each), () -> relate(root, CONTAINS, id));
  }

  private void evident(String id, FileEvidence file) {
    files.computeIfAbsent(file.path(), path -> elements.file(file));
    relate(id, "OTHER", SpdxIds.file(file.path())).put("comment", EVIDENT);
  }

  private ObjectNode relate(String from, String type, String to) {
    return relationships
        .addObject()
        .put("spdxElementId", from)
        .put("relationshipType", type)
        .put("relatedSpdxElement", to);
  }
}
