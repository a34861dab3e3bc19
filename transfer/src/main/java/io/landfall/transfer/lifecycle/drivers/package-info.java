/// Which driver a name in the configuration means.
///
/// Apart from the drivers, since it knows them all, and from whoever uses one, since agents and the
/// HTCondor drop-ins choose alike.
package io.landfall.transfer.lifecycle.drivers;
