package io.landfall.transfer.cli;

import io.landfall.transfer.config.Configuration.Setting;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.daemon.EffectiveSettings.Knob;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Prints what an agent would run with: a setting a line, and where its value is from behind it.
final class SettingsPrinter {
  private static final int COLUMN = 52;

  private final PrintWriter out;

  SettingsPrinter(PrintWriter out) {
    this.out = out;
  }

  void print(List<Knob> knobs, List<Setting> others) {
    knobs.forEach(knob -> line(knob.name(), knob.value(), from(knob)));
    if (!others.isEmpty()) {
      out.println();
      out.println("# Set as well, and not read by an agent itself:");
      others.forEach(other -> line(other.name(), other.value(), other.where().toString()));
    }
    out.flush();
  }

  private void line(String name, String value, String from) {
    String setting = value.isEmpty() ? name + " =" : name + " = " + value;
    out.printf("%-" + COLUMN + "s  # %s%n", setting, from);
  }

  private static String from(Knob knob) {
    return knob.note().isEmpty() ? knob.where() : knob.where() + ": " + knob.note();
  }

  void printJson(List<Knob> knobs) {
    out.println(ControlJson.write(knobs.stream().map(SettingsPrinter::json).toList()));
    out.flush();
  }

  private static Map<String, Object> json(Knob knob) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", knob.name());
    fields.put("value", knob.value());
    fields.put("where", knob.where());
    fields.put("default", knob.isDefault());
    fields.put("note", knob.note());
    fields.put("changes", knob.live() ? "on reload" : "on restart");
    return fields;
  }
}
