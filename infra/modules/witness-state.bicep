// The account of a witness: how far each log was cosigned, what proves that one broke its rules, and the copies of logs.

metadata version = '0.1.0'

import { storageSettings, tagValues } from 'types.bicep'
import { witnessContainers, writeOnceContainers } from 'witness-names.bicep'
import { roleIds } from 'role-ids.bicep'

param name string
param location string
param tags tagValues
param settings storageSettings
param softDeleteDays int

@description('Days for which steps and evidence can be neither changed nor deleted.')
param writeOnceDays int

@description('True once the policies are locked: they cannot be written again then, only extended.')
param writeOnceIsLocked bool

param identityName string
param principalId string

module account 'storage-account.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    settings: settings
    publicNetworkAccess: 'Enabled'
  }
}

resource state 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: name
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: state
  name: 'default'
  dependsOn: [account]
  properties: {
    // A head is replaced with every cosignature; what counts are the steps, which are never replaced.
    isVersioningEnabled: false
    changeFeed: { enabled: false }
    deleteRetentionPolicy: { enabled: true, days: softDeleteDays, allowPermanentDelete: false }
    containerDeleteRetentionPolicy: { enabled: true, days: softDeleteDays }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for container in witnessContainers: {
    parent: blobs
    name: container
    properties: { publicAccess: 'None' }
  }
]

resource onceContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [
  for container in writeOnceContainers: {
    parent: blobs
    name: container
  }
]

resource writeOnce 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-06-01' = [
  for (container, i) in writeOnceContainers: if (!writeOnceIsLocked) {
    parent: onceContainers[i]
    name: 'default'
    dependsOn: [containers]
    properties: {
      immutabilityPeriodSinceCreationInDays: writeOnceDays
      allowProtectedAppendWrites: false
      allowProtectedAppendWritesAll: false
    }
  }
]

resource onContainers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (container, i) in witnessContainers: {
    scope: containers[i]
    name: guid(containers[i].id, identityName, roleIds.storageBlobDataContributor)
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds.storageBlobDataContributor
      )
      principalId: principalId
      principalType: 'ServicePrincipal'
      description: 'The witness keeps what it cosigned'
    }
  }
]
