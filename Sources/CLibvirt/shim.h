#ifndef VMHARNESS_CLIBVIRT_H
#define VMHARNESS_CLIBVIRT_H

#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

/*
 * VIR_DOMAIN_EVENT_CALLBACK is a cast to a type without parameters, which
 * Swift cannot write; so the one kind of event that we register has a function
 * with the type that libvirt will call.
 */
static inline int vmharness_register_lifecycle(virConnectPtr connection, virConnectDomainEventCallback callback,
                                               void *opaque, virFreeCallback release)
{
    return virConnectDomainEventRegisterAny(connection, 0, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                            VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}

#endif
