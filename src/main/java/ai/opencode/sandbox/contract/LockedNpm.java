package ai.opencode.sandbox.contract;

import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.npm.NpmFiles;
import ai.opencode.sandbox.npm.NpmPlace;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.npm.NpmTree;
import java.util.List;

/** The packages of npm projects, as a build would install them. */
final class LockedNpm {

  private LockedNpm() {}

  /** Returns the packages of a project for a platform. */
  static List<NpmFacts> packages(NpmProject project, NpmPlatform platform) {
    NpmTree tree =
        NpmTree.of(
            NpmPlace.of(project.directory()),
            new NpmFiles(project.packageJson(), project.packageLock()),
            platform);
    return tree.groups().stream().flatMap(each -> tree.facts(each).stream()).toList();
  }
}
