package ai.opencode.sandbox.attest.sbom;

import java.util.Optional;

/** The identifiers of the packages that programs belong to. */
final class CarrierNames {

  private CarrierNames() {}

  /** Returns the identifier of a carrier in a document; empty if the bill does not have it. */
  static Optional<String> of(SoftwareBill bill, GoSoftware.Carrier carrier) {
    if (carrier instanceof GoSoftware.ApkCarrier apk) {
      return bill.apk().stream()
          .filter(each -> each.facts().name().equals(apk.name()))
          .map(each -> SpdxIds.apk(apk.name()))
          .findFirst();
    }
    String path = ((GoSoftware.NpmCarrier) carrier).path();
    return bill.npm().stream()
        .filter(each -> each.facts().path().equals(path))
        .map(each -> SpdxIds.npm(each.facts().name(), path))
        .findFirst();
  }
}
