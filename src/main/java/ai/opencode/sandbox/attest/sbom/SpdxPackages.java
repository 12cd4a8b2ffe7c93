package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.attest.PackageUrl;
import ai.opencode.sandbox.evidence.GoModule;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;

/** The elements of a document that are packages and files (SPDX 2.3, clauses 7 and 8). */
final class SpdxPackages {

  private static final String NONE = "NOASSERTION";
  private static final String PURPOSE = "primaryPackagePurpose";

  private final BillSubject subject;
  private final String program;
  private final LicenceNames licences;

  SpdxPackages(BillSubject subject, String program, LicenceNames licences) {
    this.subject = subject;
    this.program = program;
    this.licences = licences;
  }

  ObjectNode root() {
    ObjectNode node = named(SpdxIds.root(subject.name()), subject.name(), subject.version());
    completed(node, NONE, NONE).put(PURPOSE, "CONTAINER");
    subject.manifest().ifPresent(each -> checksum(node, "SHA256", each.hex()));
    String architecture = subject.platform().architecture();
    return purl(node, PackageUrl.image(subject.name(), subject.manifest(), architecture));
  }

  ObjectNode release(OsRelease release) {
    ObjectNode node = named(SpdxIds.release(release), release.id(), release.version());
    return completed(node, NONE, NONE).put(PURPOSE, "OPERATING_SYSTEM");
  }

  ObjectNode apk(ApkSoftware software) {
    ApkFacts facts = software.facts();
    ObjectNode node = named(SpdxIds.apk(facts.name()), facts.name(), facts.version().toString());
    if (software.address().isPresent()) {
      node.put("supplier", "Organization: Alpine Linux");
    }
    ApkTexts.maintainer(facts).ifPresent(each -> node.put("originator", "Person: " + each));
    completed(
        node,
        software.address().orElse(NONE),
        licences.expression(facts.licence(), LicenceNotation.APK));
    ApkTexts.homepage(facts).ifPresent(each -> node.put("homepage", each));
    ApkTexts.summary(facts).ifPresent(each -> node.put("summary", each));
    if (!facts.origin().isEmpty()) {
      // trivy finds the source package, which advisories name, by these words.
      node.put("sourceInfo", "built package from: " + facts.origin() + " " + facts.version());
    }
    checksum(node, "SHA1", facts.checksum().hex());
    software.dataHash().ifPresent(each -> checksum(node, "SHA256", each.hex()));
    software.layer().ifPresent(each -> annotation(node, each.note()));
    return purl(node, software.url(subject.release()));
  }

  ObjectNode npm(NpmSoftware software) {
    NpmFacts facts = software.facts();
    ObjectNode node = named(SpdxIds.npm(facts.name(), facts.path()), facts.name(), facts.version());
    completed(node, NONE, licences.expression(facts.licence().orElse(""), LicenceNotation.NPM));
    facts.integrity().ifPresent(each -> integrity(node, each));
    annotation(node, "FilePath: " + facts.path() + "/package.json");
    layer(software.evidence()).ifPresent(each -> annotation(node, each.note()));
    return purl(node, PackageUrl.npm(facts.name(), facts.version()));
  }

  ObjectNode go(GoModule module) {
    ObjectNode node =
        named(SpdxIds.go(module.path(), module.version()), module.path(), module.version());
    completed(node, NONE, NONE);
    return purl(node, PackageUrl.go(module.path(), module.version()));
  }

  /** Returns a file, in which readers find the layer of the packages that it shows. */
  ObjectNode file(FileEvidence evidence) {
    ObjectNode node = Json.object();
    node.put("SPDXID", SpdxIds.file(evidence.path()));
    node.put("fileName", "./" + evidence.path());
    checksum(node, "SHA1", evidence.sha1().hex());
    node.put("licenseConcluded", NONE);
    node.putArray("licenseInfoInFiles").add(NONE);
    node.put("copyrightText", NONE);
    evidence
        .layer()
        .filter(each -> !each.unpacked())
        .ifPresent(each -> node.put("comment", "layerID: " + each.digest()));
    return node;
  }

  private static Optional<HoldingLayer> layer(Optional<FileEvidence> evidence) {
    return evidence.flatMap(FileEvidence::layer);
  }

  private static ObjectNode named(String id, String name, String version) {
    ObjectNode node = Json.object().put("SPDXID", id).put("name", name);
    return version.isEmpty() ? node : node.put("versionInfo", version);
  }

  /** Adds the fields that every package must have. Nothing is concluded from a licence's text. */
  private static ObjectNode completed(ObjectNode node, String location, String licence) {
    return node.put("downloadLocation", location)
        .put("filesAnalyzed", false)
        .put("licenseConcluded", NONE)
        .put("licenseDeclared", licence)
        .put("copyrightText", NONE);
  }

  private static void integrity(ObjectNode node, Integrity integrity) {
    checksum(node, integrity.algorithm().label().toUpperCase(Locale.ROOT), integrity.hex());
  }

  private static void checksum(ObjectNode node, String algorithm, String value) {
    node.withArray("checksums").addObject().put("algorithm", algorithm).put("checksumValue", value);
  }

  private void annotation(ObjectNode node, String comment) {
    node.withArray("annotations")
        .addObject()
        .put("annotator", "Tool: " + program)
        .put("annotationDate", subject.created().toString())
        .put("annotationType", "OTHER")
        .put("comment", comment);
  }

  private static ObjectNode purl(ObjectNode node, PackageUrl url) {
    ArrayNode references = node.putArray("externalRefs");
    references
        .addObject()
        .put("referenceCategory", "PACKAGE-MANAGER")
        .put("referenceType", "purl")
        .put("referenceLocator", url.toString());
    return node;
  }
}
