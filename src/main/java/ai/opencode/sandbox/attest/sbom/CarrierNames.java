package ai.opencode.sandbox.attest.sbom;

import java.util.Optional;

/** The identifiers of the packages that programs belong to. */
final class CarrierNames {

  private CarrierNames() {}

  /** Returns the identifier of a carrier in a document; empty if the bill does not have it. */
  static Optional<String> of(SoftwareBill bill, GoSoftware.Carrier carrier) {
    return carrier.in(apk -> of(bill, apk), npm -> of(bill, npm));
  }

  private static Optional<String> of(SoftwareBill bill, GoSoftware.ApkCarrier apk) {
    return bill.apk().stream()
        .filter(each -> each.facts().name().equals(apk.name()))
        .map(each -> SpdxIds.apk(apk.name()))
        .findFirst();
  }

  private static Optional<String> of(SoftwareBill bill, GoSoftware.NpmCarrier npm) {
    return bill.npm().stream()
        .filter(each -> each.facts().path().equals(npm.path()))
        .map(each -> SpdxIds.npm(each.facts().name(), npm.path()))
        .findFirst();
  }
}
