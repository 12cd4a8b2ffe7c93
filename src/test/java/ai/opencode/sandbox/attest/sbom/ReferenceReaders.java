package ai.opencode.sandbox.attest.sbom;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.packageurl.MalformedPackageURLException;
import com.github.packageurl.PackageURL;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cyclonedx.Version;
import org.cyclonedx.parsers.JsonParser;
import org.spdx.jacksonstore.MultiFormatStore;
import org.spdx.library.InvalidSPDXAnalysisException;
import org.spdx.library.ModelCopyManager;
import org.spdx.library.model.SpdxDocument;
import org.spdx.library.model.license.AnyLicenseInfo;
import org.spdx.library.model.license.LicenseInfoFactory;
import org.spdx.storage.simple.InMemSpdxStore;

/** The reference readers of bills of materials, and their opinions. */
public final class ReferenceReaders {

  static {
    // The licences that the reader itself has; it would ask spdx.org otherwise.
    System.setProperty("org.spdx.useJARLicenseInfoOnly", "true");
  }

  private ReferenceReaders() {}

  /** Returns what the SPDX project's library and schema find wrong in a document. */
  public static List<String> spdxFlaws(byte[] json) throws IOException {
    List<String> flaws = new ArrayList<>();
    try (InputStream schema =
        Objects.requireNonNull(
            ReferenceReaders.class.getResourceAsStream("/resources/spdx-schema-v2.3.json"))) {
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
          .getSchema(schema)
          .validate(new ObjectMapper().readTree(json))
          .forEach(each -> flaws.add(each.getMessage()));
    }
    try {
      // In memory, so there is nothing to close.
      MultiFormatStore store =
          new MultiFormatStore(new InMemSpdxStore(), MultiFormatStore.Format.JSON);
      String uri = store.deSerialize(new ByteArrayInputStream(json), false);
      flaws.addAll(new SpdxDocument(store, uri, new ModelCopyManager(), false).verify());
    } catch (InvalidSPDXAnalysisException | IOException e) {
      flaws.add(String.valueOf(e));
    }
    return flaws;
  }

  /** Returns what the CycloneDX project's library finds wrong in a document. */
  public static List<String> cycloneDxFlaws(byte[] json) throws IOException {
    List<String> flaws = new ArrayList<>();
    new JsonParser()
        .validate(json, Version.VERSION_16)
        .forEach(each -> flaws.add(each.getMessage()));
    return flaws;
  }

  /**
   * Returns what the SPDX project's library finds wrong in an expression. Identifiers that SPDX has
   * replaced are still valid, and the packager's word is kept. The library's own list of
   * identifiers is of 2024, and lacks newer ones.
   */
  static List<String> licenceFlaws(String expression) {
    try {
      AnyLicenseInfo licence = LicenseInfoFactory.parseSPDXLicenseString(expression);
      return licence.toString().contains("LicenseRef-")
          ? List.of()
          : licence.verify().stream()
              .filter(each -> !each.endsWith(" is deprecated."))
              .filter(each -> !isNewer(each))
              .toList();
    } catch (InvalidSPDXAnalysisException e) {
      return List.of(String.valueOf(e));
    }
  }

  private static boolean isNewer(String flaw) {
    Matcher unknown =
        Pattern.compile("(?:Invalid license id '|License not found for )([^' ]+).*").matcher(flaw);
    return unknown.matches() && LicenceList.known().licence(unknown.group(1)).isPresent();
  }

  /** Returns a purl as the reference reader understands it. */
  static PackageURL purl(String text) {
    try {
      return new PackageURL(text);
    } catch (MalformedPackageURLException e) {
      throw new AssertionError(text, e);
    }
  }
}
