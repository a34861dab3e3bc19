package io.landfall.perf.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Rectangle2D;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.batik.svggen.SVGCSSStyler;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGIDGenerator;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.category.DefaultCategoryDataset;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/// Draws charts as SVG elements of one page: their ids do not collide, and their colours are the
/// page's, so that they follow it from light to dark.
final class Plot {
  static final Color INK = new Color(1, 1, 1);
  static final Color GRID = new Color(2, 2, 2);
  static final Color LANDFALL = new Color(3, 3, 3);
  static final Color PEER = new Color(4, 4, 4);
  static final Color LIMIT = new Color(5, 5, 5);

  /// The page's names of these colours, in their order: a drawing can hold no name, so each colour
  /// stands for one until the drawing is text.
  private static final List<String> NAMES = List.of("ink", "grid", "landfall", "peer", "limit");

  private static final String SVG = "http://www.w3.org/2000/svg";
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final int WIDTH = 560;
  private static final int BAR_HEIGHT = 28;
  private static final int AXIS_HEIGHT = 40;

  private final SVGIDGenerator ids = new SVGIDGenerator();

  Plot() {
    // Nothing is shown here, and a DISPLAY that is set may be one that is gone.
    System.setProperty("java.awt.headless", "true");
  }

  /// The chart as an `svg` element.
  String svg(Chart chart) {
    int height = AXIS_HEIGHT + BAR_HEIGHT * chart.bars().size();
    try {
      Document document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .getDOMImplementation()
              .createDocument(SVG, "svg", null);
      SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
      context.setIDGenerator(ids);
      context.setComment(null);
      SVGGraphics2D graphics = new SVGGraphics2D(context, false);
      drawing(chart).draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, height));
      Element root = graphics.getRoot();
      SVGCSSStyler.style(root);
      root.setAttribute("viewBox", "0 0 %d %d".formatted(WIDTH, height));
      return asPartOfThePage(text(root));
    } catch (ParserConfigurationException | TransformerException e) {
      throw new IllegalStateException("the JDK's XML cannot write an SVG: " + e.getMessage(), e);
    }
  }

  private static String text(Element root) throws TransformerException {
    Transformer transformer = TransformerFactory.newInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    StringWriter out = new StringWriter();
    transformer.transform(new DOMSource(root), new StreamResult(out));
    return out.toString();
  }

  private static String asPartOfThePage(String svg) {
    String named = svg.replace(" id=\"genericDefs\"", ""); // the one id that is not generated
    for (int i = 0; i < NAMES.size(); i++) {
      int level = i + 1;
      named =
          named.replace(
              "rgb(%d,%d,%d)".formatted(level, level, level), "var(--" + NAMES.get(i) + ")");
    }
    return named;
  }

  private static JFreeChart drawing(Chart chart) {
    DefaultCategoryDataset data = new DefaultCategoryDataset();
    double most = 0;
    for (Chart.Bar bar : chart.bars()) {
      data.addValue(bar.value().median(), "", label(bar));
      most = Math.max(most, bar.value().max());
    }
    CategoryPlot plot =
        new CategoryPlot(data, names(), values(most), new BarsRenderer(chart.bars()));
    plot.setOrientation(PlotOrientation.HORIZONTAL);
    plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_LEFT);
    plot.setBackgroundPaint(null);
    plot.setOutlineVisible(false);
    plot.setInsets(new RectangleInsets(4, 4, 4, 18)); // half a label of the axis ends right of it
    plot.setRangeGridlinePaint(GRID);
    plot.setRangeGridlineStroke(new BasicStroke(1));
    JFreeChart drawing = new JFreeChart(null, FONT, plot, false);
    drawing.setBackgroundPaint(null);
    return drawing;
  }

  private static String label(Chart.Bar bar) {
    double median = bar.value().median();
    String format = median >= 100 ? "%s  %.0f" : median >= 10 ? "%s  %.1f" : "%s  %.3f";
    return String.format(Locale.ROOT, format, bar.name(), median);
  }

  private static CategoryAxis names() {
    CategoryAxis axis = new CategoryAxis();
    axis.setTickLabelFont(FONT);
    axis.setTickLabelPaint(INK);
    axis.setAxisLineVisible(false);
    axis.setTickMarksVisible(false);
    axis.setLowerMargin(0.02);
    axis.setUpperMargin(0.02);
    axis.setMaximumCategoryLabelWidthRatio(0.6f);
    return axis;
  }

  private static NumberAxis values(double most) {
    NumberAxis axis = new NumberAxis();
    axis.setRange(0, most * 1.05);
    axis.setStandardTickUnits(NumberAxis.createStandardTickUnits(Locale.ROOT));
    axis.setTickLabelFont(FONT);
    axis.setTickLabelPaint(INK);
    axis.setAxisLinePaint(GRID);
    axis.setTickMarkPaint(GRID);
    return axis;
  }
}
