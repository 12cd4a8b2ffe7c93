package ai.opencode.sandbox.verify;

import static ai.opencode.sandbox.verify.AccountLines.field;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.inspect.content.Flaws;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * Checks the accounts: root and the sandbox's user are as promised, and no other account has their
 * ids.
 */
final class AccountCheck implements Check {

  static final String USER = "opencode";
  static final String ID = "1000";
  static final String HOME = "/home/opencode";
  static final String SHELL = "/bin/bash";

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "account",
            "every account line is unambiguous, and only the sandbox's user has its number, group,"
                + " home and shell",
        "password", "no account has a password or needs none, and only root can read /etc/shadow",
        "shells", "the user's shell exists and is listed in /etc/shells",
        "uid-zero", "only root has the user id 0");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    List<String[]> passwd = AccountLines.of(image.root(), "etc/passwd");
    for (String[] line : passwd) {
      if (isZero(field(line, 2)) && !field(line, 0).equals("root")) {
        flaws.add("uid-zero", "/etc/passwd", field(line, 0) + " has the user id 0 as well");
      }
    }
    if (passwd.stream()
        .noneMatch(line -> field(line, 0).equals("root") && isZero(field(line, 2)))) {
      flaws.add("uid-zero", "/etc/passwd", "there is no root with the user id 0");
    }
    plain("/etc/passwd", passwd, 7, List.of(2, 3), flaws);
    plain("/etc/group", AccountLines.of(image.root(), "etc/group"), 4, List.of(2), flaws);
    passwords(image, passwd, flaws);
    if (image.contract().sandbox()) {
      user(image, passwd, flaws);
      shells(image, flaws);
    }
  }

  /** Libraries parse numbers with signs, leading zeros or more than 32 bits differently. */
  private static void plain(
      String where, List<String[]> lines, int fields, List<Integer> numbers, Flaws flaws) {
    for (String[] line : lines) {
      boolean fine =
          line.length == fields
              && field(line, 0).matches("[A-Za-z0-9_][A-Za-z0-9_.-]*\\$?")
              && numbers.stream().allMatch(number -> isPlain(field(line, number)));
      if (!fine) {
        flaws.add("account", where, "\"" + field(line, 0) + "\" has an ambiguous line");
      }
    }
  }

  private static boolean isPlain(String number) {
    return number.matches("0|[1-9][0-9]{0,9}") && Long.parseLong(number) < 0xffff_ffffL;
  }

  private static boolean isZero(String id) {
    return id.matches("0+");
  }

  private static void user(Examined image, List<String[]> passwd, Flaws flaws) {
    Set<String> names = new HashSet<>();
    boolean found = false;
    for (String[] line : passwd) {
      String name = field(line, 0);
      if (!names.add(name)) {
        flaws.add("account", "/etc/passwd", name + " is listed twice");
      }
      if (name.equals(USER)) {
        found = true;
        expect("user id", field(line, 2), ID, flaws);
        expect("group id", field(line, 3), ID, flaws);
        expect("home", field(line, 5), HOME, flaws);
        expect("shell", field(line, 6), SHELL, flaws);
      } else if (field(line, 2).equals(ID)) {
        flaws.add("account", "/etc/passwd", name + " has the user id " + ID + " as well");
      }
    }
    if (!found) {
      flaws.add("account", "/etc/passwd", "there is no user " + USER);
    }
    for (String[] line : passwd) {
      if (field(line, 0).equals("root") && !field(line, 5).equals("/root")) {
        flaws.add("account", "/etc/passwd", "root's home is " + field(line, 5) + ", not /root");
      }
      if (!field(line, 0).equals(USER) && !field(line, 6).matches("(/usr)?/s?bin/[a-z]+|")) {
        flaws.add("account", "/etc/passwd", field(line, 0) + " has the shell " + field(line, 6));
      }
    }
    List<String[]> groups = AccountLines.of(image.root(), "etc/group");
    if (groups.stream()
        .noneMatch(line -> field(line, 0).equals(USER) && field(line, 2).equals(ID))) {
      flaws.add("account", "/etc/group", "there is no group " + USER + " with the id " + ID);
    }
    for (String[] line : groups) {
      if (List.of(field(line, 3).split(",", -1)).contains(USER)) {
        flaws.add("account", "/etc/group", USER + " is also in the group " + field(line, 0));
      }
      if (!field(line, 0).equals(USER) && field(line, 2).equals(ID)) {
        flaws.add("account", "/etc/group", field(line, 0) + " has the group id " + ID + " as well");
      }
    }
  }

  private static void expect(String what, String actual, String wanted, Flaws flaws) {
    if (!actual.equals(wanted)) {
      flaws.add(
          "account", "/etc/passwd", USER + "'s " + what + " is " + actual + ", not " + wanted);
    }
  }

  private static void passwords(Examined image, List<String[]> passwd, Flaws flaws) {
    Set<String> shadowed = new HashSet<>();
    for (String[] line : AccountLines.of(image.root(), "etc/shadow")) {
      shadowed.add(field(line, 0));
      password("/etc/shadow", field(line, 0), field(line, 1), flaws);
    }
    for (String[] line : passwd) {
      // An x refers to shadow; without a line there, no password is accepted.
      if (!field(line, 1).equals("x")) {
        password("/etc/passwd", field(line, 0), field(line, 1), flaws);
      }
    }
    if (image.contract().sandbox() && !shadowed.contains(USER)) {
      flaws.add("password", "/etc/shadow", "there is no line for " + USER);
    }
    image
        .root()
        .follow("etc/shadow")
        .filter(shadow -> (shadow.mode() & 0007) != 0)
        .ifPresent(
            shadow ->
                flaws.add(
                    "password",
                    "/etc/shadow",
                    "its mode is " + shadow.octalMode() + ": every user can read it"));
  }

  private static void password(String where, String name, String password, Flaws flaws) {
    if (password.isEmpty()) {
      flaws.add("password", where, name + " needs no password");
    } else if (!password.startsWith("!") && !password.startsWith("*")) {
      flaws.add("password", where, name + " has a password");
    }
  }

  private static void shells(Examined image, Flaws flaws) {
    if (!TextLines.of(image.root().text("etc/shells").orElse("")).contains(SHELL)) {
      flaws.add("shells", "/etc/shells", SHELL + " is not in it");
    }
    if (image.program(SHELL).isEmpty()) {
      flaws.add("shells", SHELL, "it does not exist or is not executable");
    }
  }
}
