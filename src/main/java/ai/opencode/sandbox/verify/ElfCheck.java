package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.ElfHeader;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Checks that every program finds its loader and every library inside the image, by the rules of
 * its own loader.
 */
final class ElfCheck implements Check {

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "elf-architecture", "every ELF file is for the machine that the image is for",
        "elf-interpreter", "the loader of every dynamic program exists and is executable",
        "elf-libc", "no process loads two C libraries",
        "elf-library", "every library that a program needs is found by its loader's own rules");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    int machine = image.platform().machine().elfMachine();
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
    // Libraries that no program needs are loaded at run time: plug-ins, modules of Python and Node.
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
      fault = "which is missing";
    } else if (loader.get().elf() == null) {
      fault = "which is not an ELF file";
    } else if (!loader.get().isProgram()) {
      fault = "which is not executable (mode " + loader.get().octalMode() + ")";
    }
    if (fault != null) {
      flaws.add(
          "elf-interpreter", "/" + entry.path(), "it is started by " + interpreter + ", " + fault);
    }
  }
}
