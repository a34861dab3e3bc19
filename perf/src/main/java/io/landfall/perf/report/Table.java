package io.landfall.perf.report;

import java.util.List;

/// A table of a report, as text; its first column names the rows.
///
/// @param title above it; may be empty
/// @param head names of the columns
/// @param rows each as long as the head
record Table(String title, List<String> head, List<List<String>> rows) {}
