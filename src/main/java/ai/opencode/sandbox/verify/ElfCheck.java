package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.ElfHeader;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Every program finds its loader and every library, inside the image, by its loader's own rules.
 */
final class ElfCheck implements Check {

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "elf-architecture", "every ELF file is for the machine that the image is for",
        "elf-interpreter", "the loader of every dynamic program is there and can run",
        "elf-libc", "no process gets two C libraries",
        "elf-library", "every library that a program needs is found by its loader's own rules");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    int machine =
        image.platform().architecture().equals("arm64") ? ElfHeader.AARCH64 : ElfHeader.X86_64;
    Set<String> loaded = new HashSet<>();
    for (RootEntry entry : image.root().entries()) {
      ElfHeader elf = entry.elf();
      if (elf == null) {
        continue;
      }
      if (elf.machine() != machine) {
        flaws.add(
            "elf-architecture",
            "/" + entry.path(),
            "it is for "
                + elf.machineName()
                + ", the image is for "
                + image.platform().apkArchitecture());
      } else if (elf.interpreter() != null && elf.soname() == null) {
        interpreter(image, entry, elf, flaws);
        loaded.addAll(LibraryGraph.of(image.root(), entry).check(flaws));
      }
    }
    // What no program loads by itself is loaded at run time: plug-ins, Python's and Node's modules.
    for (RootEntry entry : image.root().entries()) {
      ElfHeader elf = entry.elf();
      if (elf != null
          && elf.machine() == machine
          && !elf.needed().isEmpty()
          && !loaded.contains(entry.path())) {
        LibraryGraph.of(image.root(), entry).check(flaws);
      }
    }
  }

  private static void interpreter(Examined image, RootEntry entry, ElfHeader elf, Flaws flaws) {
    String interpreter = String.valueOf(elf.interpreter());
    Optional<RootEntry> loader = image.root().follow(interpreter);
    String fault = null;
    if (!interpreter.startsWith("/") || loader.isEmpty()) {
      fault = "which is not there";
    } else if (loader.get().elf() == null) {
      fault = "which is no ELF file";
    } else if (!loader.get().isProgram()) {
      fault = "which nobody may run (mode " + loader.get().octalMode() + ")";
    }
    if (fault != null) {
      flaws.add(
          "elf-interpreter", "/" + entry.path(), "it is started by " + interpreter + ", " + fault);
    }
  }
}
