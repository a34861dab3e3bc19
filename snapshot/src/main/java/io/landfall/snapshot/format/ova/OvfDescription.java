package io.landfall.snapshot.format.ova;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import io.landfall.snapshot.format.file.Labels;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// What an OVF description says about files and disks; the rest of it describes hardware.
///
/// @param disks in the order of the disk section
record OvfDescription(List<DiskFile> disks) {
  static final int MAX_BYTES = 4 << 20;

  private static final int MAX_DISKS = 256;

  /// The file of one disk.
  ///
  /// @param href a name, which nobody has checked yet
  /// @param length bytes the file shall have, or -1 if that is not said
  record DiskFile(String href, long length) {}

  /// Parses a description; document types and entities are off.
  static OvfDescription parse(ImageFile archive, byte[] xml) throws IOException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try {
      return new Parser(archive)
          .parse(factory.createXMLStreamReader(new ByteArrayInputStream(xml)));
    } catch (XMLStreamException e) {
      throw archive.refuse(
          Reason.BAD_DATA,
          "the OVF description is no sound XML: "
              + Labels.printable(String.valueOf(e.getMessage())));
    }
  }

  private static final class Parser {
    private final ImageFile archive;
    private final Map<String, DiskFile> files = new HashMap<>();
    private final List<DiskFile> disks = new ArrayList<>();

    Parser(ImageFile archive) {
      this.archive = archive;
    }

    OvfDescription parse(XMLStreamReader xml) throws XMLStreamException, IOException {
      while (xml.hasNext()) {
        int event = xml.next();
        if (event == XMLStreamConstants.DTD) {
          throw archive.refuse(Reason.UNSUPPORTED, "the OVF description declares a document type");
        }
        if (event == XMLStreamConstants.START_ELEMENT) {
          switch (xml.getLocalName()) {
            case "File" -> addFile(xml);
            case "Disk" -> addDisk(xml);
            default -> {}
          }
        }
      }
      return new OvfDescription(List.copyOf(disks));
    }

    private void addFile(XMLStreamReader xml) throws IOException {
      String compression = attribute(xml, "compression");
      if (!attribute(xml, "chunkSize").isEmpty()
          || !(compression.isEmpty() || compression.equals("identity"))) {
        throw archive.refuse(
            Reason.UNSUPPORTED,
            "the file \"%s\" is compressed or in chunks, which is not supported"
                .formatted(Labels.printable(attribute(xml, "href"))));
      }
      files.put(
          attribute(xml, "id"), new DiskFile(attribute(xml, "href"), size(attribute(xml, "size"))));
    }

    private void addDisk(XMLStreamReader xml) throws IOException {
      String reference = attribute(xml, "fileRef");
      if (reference.isEmpty()) {
        return; // a disk that shall be made empty
      }
      if (!attribute(xml, "parentRef").isEmpty()) {
        throw archive.refuse(Reason.UNSUPPORTED, "has a disk that is a delta over another");
      }
      DiskFile file = files.get(reference);
      if (file == null || disks.size() == MAX_DISKS) {
        throw archive.refuse(
            Reason.INCONSISTENT,
            "has a disk in a file \"%s\" that it does not list"
                .formatted(Labels.printable(reference)));
      }
      disks.add(file);
    }

    private static String attribute(XMLStreamReader xml, String name) {
      for (int i = 0; i < xml.getAttributeCount(); i++) {
        if (xml.getAttributeLocalName(i).equals(name)) {
          return xml.getAttributeValue(i);
        }
      }
      return "";
    }

    private long size(String digits) throws IOException {
      try {
        return digits.isEmpty() ? -1 : Long.parseLong(digits);
      } catch (NumberFormatException e) {
        throw archive.refuse(
            Reason.BAD_DATA, "a file of size " + Labels.printable(digits) + ", expected digits");
      }
    }
  }
}
