package ai.opencode.sandbox.attest.inputs;

import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.npm.NpmFiles;
import ai.opencode.sandbox.npm.NpmLock;
import ai.opencode.sandbox.npm.NpmPlace;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.npm.NpmTree;
import java.util.List;

/** The packages of npm projects, as a build would install them. */
final class LockedNpm {

  private LockedNpm() {}

  /** Returns the packages of a project for a platform. */
  static List<NpmFacts> packages(NpmProject project, NpmPlatform platform) {
    NpmLock lock = NpmLock.parse(project.packageLock(), "package-lock.json");
    NpmTree tree =
        project.directory() == null
            ? NpmTree.of(lock, platform)
            : NpmTree.of(
                NpmPlace.at(project.directory()),
                new NpmFiles(project.packageJson(), project.packageLock()),
                lock,
                platform);
    return tree.groups().stream().flatMap(each -> tree.facts(each).stream()).toList();
  }
}
