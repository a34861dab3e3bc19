package io.landfall.snapshot.format.ova;

import java.nio.charset.StandardCharsets;

/// The description of a machine with one disk on a SCSI controller.
final class OvfText {
  private OvfText() {}

  static byte[] of(OvaWriter.Machine machine, String disk, long capacity, long packedBytes) {
    return """
    <?xml version="1.0" encoding="UTF-8"?>
    <Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
        xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
        xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
        xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
      <References>
        <File ovf:id="file1" ovf:href="%1$s" ovf:size="%2$d"/>
      </References>
      <DiskSection>
        <Info>Virtual disks</Info>
        <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="%3$d"
            ovf:capacityAllocationUnits="byte"
            ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
      </DiskSection>
      <VirtualSystem ovf:id="%4$s">
        <Info>A virtual machine</Info>
        <Name>%4$s</Name>
        <OperatingSystemSection ovf:id="101">
          <Info>The guest's operating system</Info>
        </OperatingSystemSection>
        <VirtualHardwareSection>
          <Info>Virtual hardware</Info>
          <System>
            <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
            <vssd:InstanceID>0</vssd:InstanceID>
            <vssd:VirtualSystemIdentifier>%4$s</vssd:VirtualSystemIdentifier>
            <vssd:VirtualSystemType>vmx-10</vssd:VirtualSystemType>
          </System>
          <Item>
            <rasd:ElementName>%5$d virtual CPU(s)</rasd:ElementName>
            <rasd:InstanceID>1</rasd:InstanceID>
            <rasd:ResourceType>3</rasd:ResourceType>
            <rasd:VirtualQuantity>%5$d</rasd:VirtualQuantity>
          </Item>
          <Item>
            <rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits>
            <rasd:ElementName>%6$d MB of memory</rasd:ElementName>
            <rasd:InstanceID>2</rasd:InstanceID>
            <rasd:ResourceType>4</rasd:ResourceType>
            <rasd:VirtualQuantity>%6$d</rasd:VirtualQuantity>
          </Item>
          <Item>
            <rasd:ElementName>SCSI controller 0</rasd:ElementName>
            <rasd:InstanceID>3</rasd:InstanceID>
            <rasd:ResourceSubType>lsilogic</rasd:ResourceSubType>
            <rasd:ResourceType>6</rasd:ResourceType>
          </Item>
          <Item>
            <rasd:AddressOnParent>0</rasd:AddressOnParent>
            <rasd:ElementName>Hard disk 1</rasd:ElementName>
            <rasd:HostResource>ovf:/disk/disk1</rasd:HostResource>
            <rasd:InstanceID>4</rasd:InstanceID>
            <rasd:Parent>3</rasd:Parent>
            <rasd:ResourceType>17</rasd:ResourceType>
          </Item>
        </VirtualHardwareSection>
      </VirtualSystem>
    </Envelope>
    """
        .formatted(
            disk, packedBytes, capacity, machine.name(), machine.vcpus(), machine.memoryMiB())
        .getBytes(StandardCharsets.UTF_8);
  }
}
