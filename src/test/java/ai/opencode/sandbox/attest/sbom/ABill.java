package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.evidence.GoBuild;
import ai.opencode.sandbox.evidence.GoModule;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A bill with software of every kind. */
public final class ABill {

  static final Digest LAYER = Digest.sha256("layer");
  static final OsRelease ALPINE = new OsRelease("alpine", "3.24.2");

  private static final String SDK = "usr/local/lib/node_modules/@anthropic-ai/sdk";
  private static final String TAR = "usr/lib/node_modules/npm/node_modules/tar";

  private ABill() {}

  public static SoftwareBill whole() {
    return with(
        List.of(
            apk("libcrypto3", "3.5.4-r0", "Apache-2.0", "openssl"),
            apk("libstdc++", "14.2.0-r4", "GPL-2.0-or-later LGPL-2.1-or-later", "gcc"),
            apk("npm", "11.6.0-r0", "custom:multiple", "npm")));
  }

  public static SoftwareBill with(List<ApkSoftware> apk) {
    return new SoftwareBill(
        subject(), apk, List.of(sdk(), tar()), List.of(tsc()), Optional.of(database()));
  }

  public static BillSubject subject() {
    return new BillSubject(
        "opencode-sandbox-base",
        "1.2.3",
        Platform.LINUX_AMD64,
        Optional.of(Digest.sha256("manifest")),
        Instant.parse("2026-11-20T00:00:00Z"),
        Optional.of(ALPINE));
  }

  public static ApkSoftware apk(String name, String version, String licence, String origin) {
    ApkFacts facts =
        new ApkFacts(
            name,
            ApkVersion.of(version),
            "x86_64",
            new Checksum("ab".repeat(20)),
            new ApkFacts.About(
                licence,
                origin,
                "words about " + name,
                "https://example.org/" + origin,
                "Somebody <somebody@example.org>"));
    return new ApkSoftware(
        facts,
        Optional.of(HoldingLayer.of(LAYER)),
        Optional.of(LAYER),
        Optional.of(
            "https://dl-cdn.alpinelinux.org/alpine/v3.24/main/x86_64/"
                + name.replace("+", "%2B")
                + "-"
                + version
                + ".apk"));
  }

  private static NpmSoftware sdk() {
    String hash = "A".repeat(86) + "==";
    return new NpmSoftware(
        new NpmFacts(
            SDK,
            "@anthropic-ai/sdk",
            "1.12.0",
            Optional.of(Integrity.of("sha512-" + hash)),
            Optional.of("MIT")),
        Optional.of(evidence(SDK + "/package.json")),
        Optional.empty());
  }

  private static NpmSoftware tar() {
    return new NpmSoftware(
        new NpmFacts(TAR, "tar", "7.5.1", Optional.empty(), Optional.of("SEE LICENSE IN FILE")),
        Optional.of(evidence(TAR + "/package.json")),
        Optional.of("npm"));
  }

  private static GoSoftware tsc() {
    return new GoSoftware(
        evidence(SDK + "/lib/tsc"),
        new GoBuild(
            "go1.26.4",
            List.of(
                new GoModule("github.com/microsoft/typescript-go", ""),
                new GoModule("github.com/klauspost/cpuid/v2", "v2.2.10"),
                new GoModule("golang.org/x/sync", "v0.21.0"))),
        Optional.of(new GoSoftware.NpmCarrier(SDK)));
  }

  private static FileEvidence database() {
    return evidence("usr/lib/apk/db/installed");
  }

  private static FileEvidence evidence(String path) {
    return new FileEvidence(
        path, new Checksum("cd".repeat(20)), Optional.of(HoldingLayer.of(LAYER)));
  }
}
