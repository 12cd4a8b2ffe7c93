package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import java.io.IOException;

/** The writing and reading of planned layers as fields of a record of the cache. */
public final class PlannedLayerCodec {

  /** The format's version: raise it with every change to the written fields. */
  public static final int FORMAT = 4;

  private static final String VERBATIM = "verbatim";
  private static final String MERGED = "merged";
  private static final String SCRIPTS = "scripts";
  private static final String NPM = "npm";
  private static final String HINDERED = "hindered";
  private static final String TOO_SMALL = "too small";
  private static final String TOO_MANY = "too many";

  private PlannedLayerCodec() {}

  public static void write(PlannedLayer layer, RecordWriter out) {
    layer.in(new LayerTo(out));
  }

  private record LayerTo(RecordWriter out) implements PlannedLayer.Cases<RecordWriter> {

    @Override
    public RecordWriter of(PlannedLayer.Verbatim layer) {
      out.text(VERBATIM);
      PackageFactsCodec.write(layer.pkg(), out);
      return out.digest(layer.data());
    }

    @Override
    public RecordWriter of(PlannedLayer.Merged layer) {
      return out.text(MERGED)
          .list(layer.contents(), PlannedLayerCodec::write)
          .flag(layer.corrects());
    }

    @Override
    public RecordWriter of(PlannedLayer.Scripts layer) {
      return out.text(SCRIPTS).list(layer.authors(), PackageFactsCodec::write);
    }

    @Override
    public RecordWriter of(PlannedLayer.Npm layer) {
      return out.text(NPM).text(layer.title()).list(layer.npm(), PackageFactsCodec::write);
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
    merged.reason().in(new ReasonTo(out));
  }

  private record ReasonTo(RecordWriter out) implements Reason.Cases<RecordWriter> {

    @Override
    public RecordWriter of(Reason.Hindered reason) {
      return out.text(HINDERED).list(reason.obstacles(), ObstacleCodec::write);
    }

    @Override
    public RecordWriter of(Reason.TooSmall reason) {
      return out.text(TOO_SMALL).number(reason.bytes()).number(reason.entries());
    }

    @Override
    public RecordWriter of(Reason.TooMany reason) {
      return out.text(TOO_MANY).number(reason.larger());
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
