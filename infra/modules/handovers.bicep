// The account of handovers: one container a receiver, whose metadata is its line of the registry, and in it sealed packages on their
// way. An account of its own, because holders put packages there from anywhere, while the inbox lets in whom the institution
// names; and because the service borrows a key of the account to give out addresses, which is then good for nothing else.

metadata version = '0.1.0'

import { receiver, storageSettings, tagValues } from 'types.bicep'
import { receiverContainer } from 'well-known-names.bicep'

param name string
param location string
param tags tagValues
param settings storageSettings
param receivers receiver[]

module account 'storage-account.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    settings: settings
    publicNetworkAccess: 'Enabled'
    allowedIpRanges: null
  }
}

resource handovers 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: name

  resource blobs 'blobServices' existing = {
    name: 'default'
  }
}

// Values are percent-encoded, since metadata travels in HTTP headers; the service decodes them.
resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for receiver in receivers: {
    parent: handovers::blobs
    name: receiverContainer(receiver.id)
    dependsOn: [account]
    properties: {
      publicAccess: 'None'
      metadata: {
        legalname: uriComponent(receiver.legalName)
        jurisdiction: uriComponent(receiver.jurisdiction)
        encryptionkey: receiver.encryptionKey
        purposes: uriComponent(join(receiver.purposes, ','))
        keepsdays: string(receiver.keepsDays)
        ...(receiver.?legalNames.?en == null ? {} : { legalname_en: uriComponent(receiver.?legalNames.?en ?? '') })
        ...(receiver.?legalNames.?zhHans == null
          ? {}
          : { legalname_zh_hans: uriComponent(receiver.?legalNames.?zhHans ?? '') })
        ...(receiver.?legalNames.?zhHant == null
          ? {}
          : { legalname_zh_hant: uriComponent(receiver.?legalNames.?zhHant ?? '') })
        ...(receiver.?domain == null ? {} : { domain: uriComponent(receiver.?domain ?? '') })
      }
    }
  }
]

// The service deletes a package when it was received, declined, withdrawn, or nobody took it for 30 days; this is for what it misses.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: handovers
  name: 'default'
  dependsOn: [containers]
  properties: {
    policy: {
      rules: [
        {
          name: 'packages'
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob', 'appendBlob'], prefixMatch: [receiverContainer('')] }
            actions: {
              baseBlob: { delete: { daysAfterModificationGreaterThan: 32 } }
              snapshot: { delete: { daysAfterCreationGreaterThan: 32 } }
            }
          }
        }
      ]
    }
  }
}
