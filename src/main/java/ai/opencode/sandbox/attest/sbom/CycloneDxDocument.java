package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.attest.PackageUrl;
import ai.opencode.sandbox.evidence.GoModule;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A bill as a CycloneDX 1.6 document. */
final class CycloneDxDocument {

  private static final String LAYER = "ai.opencode.sandbox:layer";

  /**
   * The package that carries a component. trivy does not read components inside of others, so all
   * are at the top.
   */
  private static final String PART_OF = "ai.opencode.sandbox:part-of";

  private final SoftwareBill bill;
  private final String program;
  private final LicenceNames licences = new LicenceNames();

  private final Set<String> references = new HashSet<>();

  CycloneDxDocument(SoftwareBill bill, String program) {
    this.bill = bill;
    this.program = program;
  }

  /** Returns the JSON text. Its serial number follows from its content. */
  byte[] bytes() {
    ObjectNode node = document();
    ByteBuffer hash =
        ByteBuffer.wrap(HexFormat.of().parseHex(Digest.sha256(Json.write(node)).hex()));
    // In a UUID of version 8 (RFC 9562) all other bits are free: here they are those of the hash.
    UUID serial =
        new UUID(
            (hash.getLong() & ~0xf000L) | 0x8000L,
            (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L);
    node.put("serialNumber", "urn:uuid:" + serial);
    return Json.write(node);
  }

  private ObjectNode document() {
    ObjectNode node = Json.object();
    node.put("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
    node.put("bomFormat", "CycloneDX");
    node.put("specVersion", "1.6");
    node.put("serialNumber", "");
    node.put("version", 1);
    BillSubject subject = bill.subject();
    ObjectNode metadata = node.putObject("metadata");
    metadata.put("timestamp", subject.created().toString());
    int dash = program.indexOf('-', "opencode-".length());
    int end = program.indexOf('-', dash + 1);
    ObjectNode tool = metadata.putObject("tools").putArray("components").addObject();
    tool.put("type", "application").put("name", end < 0 ? program : program.substring(0, end));
    if (end >= 0) {
      tool.put("version", program.substring(end + 1));
    }
    metadata.set("component", image(subject));
    ArrayNode components = node.putArray("components");
    subject.release().ifPresent(each -> components.add(release(each)));
    bill.apk().forEach(each -> components.add(apk(each)));
    bill.npm().forEach(each -> components.add(npm(each)));
    bill.go().forEach(each -> addModules(each, components));
    return node;
  }

  private static ObjectNode image(BillSubject subject) {
    ObjectNode node = component("container", SpdxIds.root(subject.name()), subject.name());
    version(node, subject.version());
    subject.manifest().ifPresent(each -> hash(node, "SHA-256", each.hex()));
    String architecture = subject.platform().architecture();
    return node.put(
        "purl", PackageUrl.image(subject.name(), subject.manifest(), architecture).toString());
  }

  private static ObjectNode release(OsRelease release) {
    ObjectNode node = component("operating-system", SpdxIds.release(release), release.id());
    return version(node, release.version());
  }

  private ObjectNode apk(ApkSoftware software) {
    ApkFacts facts = software.facts();
    String reference = SpdxIds.apk(facts.name());
    ObjectNode node = component("library", reference, facts.name());
    version(node, facts.version().toString());
    ApkTexts.summary(facts).ifPresent(each -> node.put("description", each));
    hash(node, "SHA-1", facts.checksum().hex());
    software.dataHash().ifPresent(each -> hash(node, "SHA-256", each.hex()));
    licence(node, facts.licence(), LicenceNotation.APK);
    node.put("purl", software.url(bill.subject().release()).toString());
    ApkTexts.homepage(facts).ifPresent(each -> reference(node, "website", each));
    software.address().ifPresent(each -> reference(node, "distribution", each));
    software.layer().ifPresent(each -> property(node, LAYER, each.digest().toString()));
    if (!facts.origin().isEmpty()) {
      // trivy finds the source package, which advisories name, by these properties.
      property(node, "aquasecurity:trivy:SrcName", facts.origin());
      property(node, "aquasecurity:trivy:SrcVersion", facts.version().toString());
    }
    return node;
  }

  private ObjectNode npm(NpmSoftware software) {
    NpmFacts facts = software.facts();
    String reference = SpdxIds.npm(facts.name(), facts.path());
    ObjectNode node = component("library", reference, facts.name());
    version(node, facts.version());
    facts
        .integrity()
        .ifPresent(each -> hash(node, each.algorithm().label().replace("sha", "SHA-"), each.hex()));
    licence(node, facts.licence().orElse(""), LicenceNotation.NPM);
    node.put("purl", PackageUrl.npm(facts.name(), facts.version()).toString());
    software
        .evidence()
        .flatMap(FileEvidence::layer)
        .ifPresent(each -> property(node, LAYER, each.digest().toString()));
    software.carrier().ifPresent(each -> property(node, PART_OF, SpdxIds.apk(each)));
    occurrence(node, facts.path() + "/package.json");
    return node;
  }

  private void addModules(GoSoftware program, ArrayNode top) {
    Optional<String> carrier = program.carrier().flatMap(each -> CarrierNames.of(bill, each));
    for (GoModule module : GoModules.of(program)) {
      String place = carrier.orElse("") + " " + program.evidence().path();
      String reference = SpdxIds.go(module.path(), module.version() + place);
      if (references.add(reference)) {
        ObjectNode node = component("library", reference, module.path());
        version(node, module.version());
        node.put("purl", PackageUrl.go(module.path(), module.version()).toString());
        occurrence(node, program.evidence().path());
        carrier.ifPresent(each -> property(node, PART_OF, each));
        top.add(node);
      }
    }
  }

  private static ObjectNode component(String type, String reference, String name) {
    return Json.object().put("type", type).put("bom-ref", reference).put("name", name);
  }

  private static ObjectNode version(ObjectNode node, String version) {
    return version.isEmpty() ? node : node.put("version", version);
  }

  private void licence(ObjectNode node, String written, LicenceNotation notation) {
    String expression = licences.expression(written, notation);
    if (!expression.equals(LicenceNames.NONE)) {
      node.putArray("licenses").addObject().put("expression", expression);
    }
  }

  private static void hash(ObjectNode node, String algorithm, String value) {
    node.withArray("hashes").addObject().put("alg", algorithm).put("content", value);
  }

  private static void reference(ObjectNode node, String type, String address) {
    node.withArray("externalReferences").addObject().put("type", type).put("url", address);
  }

  private static void property(ObjectNode node, String name, String value) {
    node.withArray("properties").addObject().put("name", name).put("value", value);
  }

  private static void occurrence(ObjectNode node, String path) {
    node.putObject("evidence").putArray("occurrences").addObject().put("location", path);
  }
}
