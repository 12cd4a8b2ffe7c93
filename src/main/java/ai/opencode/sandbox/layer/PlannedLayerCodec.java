package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import java.io.IOException;

/** The form of planned layers in a record of the cache. */
public final class PlannedLayerCodec {

  /** The format's version: raise it with every change to the written fields. */
  public static final int FORMAT = 3;

  private static final String VERBATIM = "verbatim";
  private static final String MERGED = "merged";
  private static final String SCRIPTS = "scripts";
  private static final String NPM = "npm";
  private static final String HINDERED = "hindered";
  private static final String TOO_SMALL = "too small";
  private static final String TOO_MANY = "too many";

  private PlannedLayerCodec() {}

  public static void write(PlannedLayer layer, RecordWriter out) {
    if (layer instanceof PlannedLayer.Verbatim verbatim) {
      out.text(VERBATIM);
      PackageFactsCodec.write(verbatim.pkg(), out);
      out.digest(verbatim.data());
    } else if (layer instanceof PlannedLayer.Merged merged) {
      out.text(MERGED).list(merged.contents(), PlannedLayerCodec::write).flag(merged.corrects());
    } else if (layer instanceof PlannedLayer.Scripts scripts) {
      out.text(SCRIPTS).list(scripts.authors(), PackageFactsCodec::write);
    } else {
      PlannedLayer.Npm npm = (PlannedLayer.Npm) layer;
      out.text(NPM).text(npm.title()).list(npm.npm(), PackageFactsCodec::write);
    }
  }

  public static PlannedLayer read(RecordReader in) throws IOException {
    String type = in.text();
    return switch (type) {
      case VERBATIM -> new PlannedLayer.Verbatim(PackageFactsCodec.apk(in), in.digest());
      case MERGED ->
          new PlannedLayer.Merged(
              in.list(
                  each ->
                      new PlannedLayer.MergedPackage(PackageFactsCodec.apk(each), reason(each))),
              in.flag());
      case SCRIPTS -> new PlannedLayer.Scripts(in.list(PackageFactsCodec::apk));
      case NPM -> new PlannedLayer.Npm(in.text(), in.list(PackageFactsCodec::npm));
      default -> throw new IOException("unknown type of layer: " + type);
    };
  }

  private static void write(PlannedLayer.MergedPackage merged, RecordWriter out) {
    PackageFactsCodec.write(merged.pkg(), out);
    write(merged.reason(), out);
  }

  private static void write(Reason reason, RecordWriter out) {
    if (reason instanceof Reason.Hindered hindered) {
      out.text(HINDERED).list(hindered.obstacles(), ObstacleCodec::write);
    } else if (reason instanceof Reason.TooSmall tooSmall) {
      out.text(TOO_SMALL).number(tooSmall.bytes()).number(tooSmall.entries());
    } else {
      out.text(TOO_MANY).number(((Reason.TooMany) reason).larger());
    }
  }

  private static Reason reason(RecordReader in) throws IOException {
    String type = in.text();
    return switch (type) {
      case HINDERED -> new Reason.Hindered(in.list(ObstacleCodec::read));
      case TOO_SMALL -> new Reason.TooSmall(in.size(), in.smallNumber());
      case TOO_MANY -> new Reason.TooMany(in.smallNumber());
      default -> throw new IOException("unknown type of reason: " + type);
    };
  }
}
