package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.stability.Api;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/** A machine architecture that images can be made for, with all of its names and numbers. */
@Api
public enum Architecture {
  AMD64("amd64", "x86_64", "x64", 62, "lib64/ld-linux-x86-64.so.2"),
  ARM64("arm64", "aarch64", "arm64", 183, "lib/ld-linux-aarch64.so.1");

  /** The platforms of all architectures, for help texts and messages. */
  public static final String PLATFORMS = "linux/amd64 or linux/arm64";

  private final String ociName;
  private final String apkName;
  private final String npmCpu;
  private final int elfMachine;
  private final String glibcLoader;

  Architecture(String ociName, String apkName, String npmCpu, int elfMachine, String glibcLoader) {
    this.ociName = ociName;
    this.apkName = apkName;
    this.npmCpu = npmCpu;
    this.elfMachine = elfMachine;
    this.glibcLoader = glibcLoader;
  }

  /** Returns the architecture with a name of OCI's. */
  public static Optional<Architecture> ofOci(String name) {
    return find(each -> each.ociName.equals(name));
  }

  /** Returns the architecture with a name of Alpine's. */
  public static Optional<Architecture> ofApk(String name) {
    return find(each -> each.apkName.equals(name));
  }

  /** Returns the architecture with a number in ELF files. */
  public static Optional<Architecture> ofElf(int machine) {
    return find(each -> each.elfMachine == machine);
  }

  private static Optional<Architecture> find(Predicate<Architecture> wanted) {
    return Arrays.stream(values()).filter(wanted).findFirst();
  }

  /** Returns Go's name, as image-spec demands: {@code amd64}, {@code arm64}. */
  public String ociName() {
    return ociName;
  }

  /** Returns Alpine's name, which is also that of {@code uname -m}: {@code x86_64}. */
  public String apkName() {
    return apkName;
  }

  /** Returns npm's name, as {@code process.arch}: {@code x64}. */
  public String npmCpu() {
    return npmCpu;
  }

  /** Returns {@code e_machine} of ELF files (gABI, chapter "ELF Header"). */
  public int elfMachine() {
    return elfMachine;
  }

  /** Returns the name of musl's loader, in {@code /lib}. */
  public String muslLoader() {
    return "ld-musl-" + apkName + ".so.1";
  }

  /** Returns the path of glibc's loader without leading slash. */
  public String glibcLoader() {
    return glibcLoader;
  }

  /** Returns Debian's name of the directory for libraries. */
  public String gnuTriplet() {
    return apkName + "-linux-gnu";
  }
}
