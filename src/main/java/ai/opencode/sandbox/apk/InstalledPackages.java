package ai.opencode.sandbox.apk;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The installed packages of a root without their files: those of an {@link InstalledDatabase}, or
 * those that a solver foresees.
 *
 * @param list the packages in the order of the database
 */
public record InstalledPackages(List<ApkPackage> list) {

  private static final Comparator<ApkPackage> BY_NAME =
      Comparator.comparing(ApkPackage::name, ApkPackage.ORDER_OF_NAMES);
  private static final PackageId APK = new PackageId("apk-tools");
  private static final ApkVersion APK_3 = ApkVersion.of("3");

  public InstalledPackages {
    list = List.copyOf(list);
  }

  public Optional<ApkPackage> find(PackageId id) {
    return list.stream().filter(pkg -> pkg.id().equals(id)).findFirst();
  }

  /** Returns these packages without some. */
  public InstalledPackages without(Collection<ApkPackage> some) {
    return new InstalledPackages(list.stream().filter(pkg -> !some.contains(pkg)).toList());
  }

  /**
   * Returns these packages with some added or, if there is one of that name, replaced. apk 3 sorts
   * packages by name; apk 2 adds new packages at the end. A sorted list stays sorted.
   */
  public InstalledPackages with(Collection<ApkPackage> more) {
    Map<PackageId, ApkPackage> byId = new LinkedHashMap<>();
    list.forEach(pkg -> byId.put(pkg.id(), pkg));
    more.forEach(pkg -> byId.put(pkg.id(), pkg));
    List<ApkPackage> all = new ArrayList<>(byId.values());
    if (isOfApk3() || isSorted()) {
      all.sort(BY_NAME);
    }
    return new InstalledPackages(all);
  }

  /** Returns whether the installed apk, which writes the database, is version 3 or later. */
  public boolean isOfApk3() {
    return find(APK).filter(apk -> apk.version().compareTo(APK_3) >= 0).isPresent();
  }

  private boolean isSorted() {
    for (int i = 1; i < list.size(); i++) {
      if (BY_NAME.compare(list.get(i - 1), list.get(i)) > 0) {
        return false;
      }
    }
    return true;
  }
}
