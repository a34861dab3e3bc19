package io.landfall.perf.report;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.Paint;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.CategoryItemRendererState;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.CategoryDataset;

/// Horizontal bars in the colour of their side, each with a line from its least to its greatest
/// round. The library's own error bars are symmetric, and spreads are not.
final class BarsRenderer extends BarRenderer {
  private static final long serialVersionUID = 1;
  private static final double CAP = 4;

  private final transient List<Chart.Bar> bars;

  BarsRenderer(List<Chart.Bar> bars) {
    this.bars = bars;
    setBarPainter(new StandardBarPainter());
    setShadowVisible(false);
    setDrawBarOutline(false);
    setMaximumBarWidth(0.5);
  }

  @Override
  public Paint getItemPaint(int row, int column) {
    return switch (bars.get(column).side()) {
      case LANDFALL -> Plot.LANDFALL;
      case PEER -> Plot.PEER;
      case LIMIT -> Plot.LIMIT;
    };
  }

  @Override
  public void drawItem(
      Graphics2D g2,
      CategoryItemRendererState state,
      Rectangle2D area,
      CategoryPlot plot,
      CategoryAxis domain,
      ValueAxis range,
      CategoryDataset data,
      int row,
      int column,
      int pass) {
    super.drawItem(g2, state, area, plot, domain, range, data, row, column, pass);
    var value = bars.get(column).value();
    if (value.min() == value.max()) {
      return;
    }
    double y =
        domain.getCategoryMiddle(column, data.getColumnCount(), area, plot.getDomainAxisEdge());
    double from = range.valueToJava2D(value.min(), area, plot.getRangeAxisEdge());
    double to = range.valueToJava2D(value.max(), area, plot.getRangeAxisEdge());
    g2.setPaint(Plot.INK);
    g2.setStroke(new BasicStroke(1.2f));
    g2.draw(new Line2D.Double(from, y, to, y));
    g2.draw(new Line2D.Double(from, y - CAP, from, y + CAP));
    g2.draw(new Line2D.Double(to, y - CAP, to, y + CAP));
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
