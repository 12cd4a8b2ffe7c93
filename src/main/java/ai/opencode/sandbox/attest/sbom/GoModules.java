package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.evidence.GoModule;
import java.util.ArrayList;
import java.util.List;

/** The packages that a Go program is made of. */
final class GoModules {

  private GoModules() {}

  /** Returns the modules, with Go's own library under the name that advisories use. */
  static List<GoModule> of(GoSoftware program) {
    List<GoModule> modules = new ArrayList<>(program.build().modules());
    String compiler = program.build().compiler();
    if (compiler.matches("go[0-9].*")) {
      modules.add(new GoModule("stdlib", compiler.substring(2)));
    }
    return modules;
  }
}
