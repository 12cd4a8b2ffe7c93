package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.egress.AllowedHosts;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * The security options as JSON, for other programs. A setting that is left to the engine is null.
 */
final class JsonExport {

  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonExport() {}

  static String export(SecurityOptions options, String image) {
    ObjectNode root = JSON.createObjectNode();
    root.put("image", image);
    root.put("user", options.user().toString());
    options.capDrop().forEach(root.putArray("capDrop")::add);
    options.capAdd().forEach(root.putArray("capAdd")::add);
    root.put("readonlyRootfs", options.readonlyRootfs());
    root.put("noNewPrivileges", options.noNewPrivileges());
    root.put("usernsMode", options.usernsMode());
    root.put("seccompProfile", options.seccompProfile());
    root.put("networkMode", options.networkMode());
    AllowedHosts allowed = options.allowedHosts();
    if (allowed != null) {
      allowed.hosts().forEach(each -> root.withArray("allowedHosts").add(each.toString()));
    }
    root.put("pidsLimit", options.limits().pids());
    root.put("memoryBytes", options.limits().memoryBytes());
    Cpus cpus = options.limits().cpus();
    root.put("cpus", cpus == null ? null : new BigDecimal(cpus.toString()));
    ArrayNode paths = root.putArray("writablePaths");
    for (WritablePath each : options.writablePaths()) {
      ObjectNode path = paths.addObject();
      path.put("path", each.path());
      path.put("storage", each.storage().name().toLowerCase(Locale.ROOT));
      path.put("sizeBytes", each.sizeBytes());
      path.put("mode", String.format(Locale.ROOT, "%04o", each.mode()));
      path.put("exec", each.exec());
      path.put("uid", each.uid());
      path.put("gid", each.gid());
    }
    options.objections().forEach(root.putArray("objections")::add);
    ObjectNode remarks = root.putObject("remarks");
    new Remarks(options).byOption().forEach(remarks::put);
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    try {
      return JSON.writer(
                  new DefaultPrettyPrinter()
                      .withObjectIndenter(indenter)
                      .withArrayIndenter(indenter))
              .writeValueAsString(root)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
