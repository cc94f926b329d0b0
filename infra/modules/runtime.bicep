// The account of the Functions host: its leases and keys, and the deployed package. The host wants to own its storage,
// which is why nothing of the log is here.

metadata version = '0.1.0'

import { storageSettings, tagValues } from 'types.bicep'
import { deploymentsContainer } from 'well-known-names.bicep'

param name string
param location string
param tags tagValues
param settings storageSettings
param publicNetworkAccess 'Enabled' | 'Disabled'

module account 'storage-account.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    settings: settings
    publicNetworkAccess: publicNetworkAccess
  }
}

resource runtime 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: name
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: runtime
  name: 'default'
  dependsOn: [account]
}

resource deployments 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: deploymentsContainer
  properties: { publicAccess: 'None' }
}
