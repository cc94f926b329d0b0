// The account of the log: everything that must be kept, and nothing that an issuer can touch.

metadata version = '0.1.0'

import { storageSettings, tagValues } from 'types.bicep'
import { journalContainer, ledgerContainers, ledgerQueues, ledgerTables } from 'well-known-names.bicep'

param name string
param location string
param tags tagValues
param settings storageSettings
param publicNetworkAccess 'Enabled' | 'Disabled'
param softDeleteDays int

@description('Days for which a batch in the journal can be neither changed nor deleted; 0 where that is not wanted.')
param journalImmutabilityDays int

@description('True once the policy is locked: it cannot be written again then, only extended.')
param journalIsLocked bool

module account 'storage-account.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    settings: settings
    publicNetworkAccess: publicNetworkAccess
  }
}

resource ledger 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: name
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: ledger
  name: 'default'
  dependsOn: [account]
  properties: {
    isVersioningEnabled: true
    changeFeed: { enabled: false }
    deleteRetentionPolicy: { enabled: true, days: softDeleteDays, allowPermanentDelete: false }
    containerDeleteRetentionPolicy: { enabled: true, days: softDeleteDays }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for container in ledgerContainers: {
    parent: blobs
    name: container
    properties: { publicAccess: 'None' }
  }
]

resource journal 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: blobs
  name: journalContainer
}

resource writeOnce 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-06-01' = if (journalImmutabilityDays > 0 && !journalIsLocked) {
  parent: journal
  name: 'default'
  dependsOn: [containers]
  properties: {
    immutabilityPeriodSinceCreationInDays: journalImmutabilityDays
    allowProtectedAppendWrites: false
    allowProtectedAppendWritesAll: false
  }
}

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: ledger
  name: 'default'
  dependsOn: [containers]
  properties: {
    policy: {
      rules: [
        {
          name: 'staged-uploads'
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['staging/'] }
            actions: {
              baseBlob: { delete: { daysAfterModificationGreaterThan: 7 } }
              version: { delete: { daysAfterCreationGreaterThan: 7 } }
            }
          }
        }
        {
          // Both are replaced with every batch; the journal holds each of their values.
          name: 'old-heads'
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['state/', 'log/checkpoint'] }
            actions: { version: { delete: { daysAfterCreationGreaterThan: 30 } } }
          }
        }
      ]
    }
  }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: ledger
  name: 'default'
  dependsOn: [account]
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [
  for queue in ledgerQueues: {
    parent: queueService
    name: queue
  }
]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: ledger
  name: 'default'
  dependsOn: [account]
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = [
  for table in ledgerTables: {
    parent: tableService
    name: table
  }
]
