// What the service may do in the ledger: container by container, queue by queue, table by table.

metadata version = '0.1.0'

import { ledgerContainers, ledgerQueues, ledgerTables } from 'well-known-names.bicep'
import { roleIds } from 'role-ids.bicep'

param ledgerName string
param identityName string
param principalId string

resource ledger 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: ledgerName

  resource blobs 'blobServices' existing = {
    name: 'default'
  }

  resource queueService 'queueServices' existing = {
    name: 'default'
  }

  resource tableService 'tableServices' existing = {
    name: 'default'
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [
  for name in ledgerContainers: {
    parent: ledger::blobs
    name: name
  }
]

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' existing = [
  for name in ledgerQueues: {
    parent: ledger::queueService
    name: name
  }
]

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' existing = [
  for name in ledgerTables: {
    parent: ledger::tableService
    name: name
  }
]

resource onContainers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, i) in ledgerContainers: {
    scope: containers[i]
    name: guid(containers[i].id, identityName, roleIds.storageBlobDataContributor)
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds.storageBlobDataContributor
      )
      principalId: principalId
      principalType: 'ServicePrincipal'
      description: 'The service keeps the log'
    }
  }
]

resource onQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, i) in ledgerQueues: {
    scope: queues[i]
    name: guid(queues[i].id, identityName, roleIds.storageQueueDataContributor)
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds.storageQueueDataContributor
      )
      principalId: principalId
      principalType: 'ServicePrincipal'
      description: 'The service stages and handles messages'
    }
  }
]

resource onTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, i) in ledgerTables: {
    scope: tables[i]
    name: guid(tables[i].id, identityName, roleIds.storageTableDataContributor)
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds.storageTableDataContributor
      )
      principalId: principalId
      principalType: 'ServicePrincipal'
      description: 'The service keeps the index'
    }
  }
]
