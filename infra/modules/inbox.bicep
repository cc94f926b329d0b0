// The account of the issuers: one container each for its uploads, whose metadata is the registry, and one for what the
// service answers. Nothing here outlives its deletion, because an issuer with retention "delete" has been promised exactly
// that.

metadata version = '0.1.0'

import { issuer, storageSettings, tagValues } from 'types.bicep'
import { answersContainer, issuerContainer } from 'well-known-names.bicep'

param name string
param location string
param tags tagValues
param settings storageSettings
param issuers issuer[]

@description('Ranges from which issuers upload; null lets everybody in who holds a role.')
param allowedIpRanges string[]?

module account 'storage-account.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    settings: settings
    publicNetworkAccess: 'Enabled'
    allowedIpRanges: allowedIpRanges
  }
}

resource inbox 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: name
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: inbox
  name: 'default'
  dependsOn: [account]
  properties: {
    isVersioningEnabled: false
    changeFeed: { enabled: false }
    deleteRetentionPolicy: { enabled: false }
    containerDeleteRetentionPolicy: { enabled: false }
    restorePolicy: { enabled: false }
  }
}

// Values are percent-encoded, since metadata travels in HTTP headers; the service decodes them.
resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for issuer in issuers: {
    parent: blobs
    name: issuerContainer(issuer.id)
    properties: {
      publicAccess: 'None'
      metadata: {
        legalname: uriComponent(issuer.legalName)
        jurisdiction: uriComponent(issuer.jurisdiction)
        ...(issuer.?legalNames.?en == null ? {} : { legalname_en: uriComponent(issuer.?legalNames.?en ?? '') })
        ...(issuer.?legalNames.?zhHans == null
          ? {}
          : { legalname_zh_hans: uriComponent(issuer.?legalNames.?zhHans ?? '') })
        ...(issuer.?legalNames.?zhHant == null
          ? {}
          : { legalname_zh_hant: uriComponent(issuer.?legalNames.?zhHant ?? '') })
        ...(issuer.?domain == null ? {} : { domain: uriComponent(issuer.?domain ?? '') })
        ...(issuer.?retention == null ? {} : { retention: uriComponent(issuer.?retention ?? '') })
        ...(issuer.?algorithms == null ? {} : { algorithms: uriComponent(join(issuer.?algorithms ?? [], ',')) })
      }
    }
  }
]

// Written by the service alone: whoever can write a place can lease, forge or pre-create what somebody else is to put there.
resource answers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for issuer in issuers: {
    parent: blobs
    name: answersContainer(issuer.id)
    properties: { publicAccess: 'None' }
  }
]
