// Who may do what with packages: each receiver's principals read its own; the service reads, deletes, and borrows the key by which it
// gives addresses to holders and receivers.

metadata version = '0.1.0'

import { receiver } from 'types.bicep'
import { receiverContainer } from 'well-known-names.bicep'
import { roleIds } from 'role-ids.bicep'

param handoversName string
param identityName string
param principalId string
param serviceRoleId string
param packagesRoleId string
param receivers receiver[]

resource handovers 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: handoversName

  resource blobs 'blobServices' existing = {
    name: 'default'
  }
}

resource onHandovers 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: handovers
  name: guid(handovers.id, identityName, 'service on the inbox')
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceRoleId)
    principalId: principalId
    principalType: 'ServicePrincipal'
    description: 'The service hashes packages and deletes them'
  }
}

resource lends 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: handovers
  name: guid(handovers.id, identityName, roleIds.storageBlobDelegator)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageBlobDelegator)
    principalId: principalId
    principalType: 'ServicePrincipal'
    description: 'The service gives addresses of single packages'
  }
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [
  for receiver in receivers: {
    parent: handovers::blobs
    name: receiverContainer(receiver.id)
  }
]

resource onPackages 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (receiver, i) in receivers: {
    scope: packages[i]
    name: guid(packages[i].id, identityName, 'service on packages')
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', packagesRoleId)
      principalId: principalId
      principalType: 'ServicePrincipal'
      description: 'By addresses of the service, holders put packages there'
    }
  }
]

var readers = flatten(map(
  receivers,
  receiver => map(receiver.principals, principal => { container: receiverContainer(receiver.id), principal: principal })
))

resource own 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [
  for reader in readers: {
    parent: handovers::blobs
    name: reader.container
  }
]

resource readGrants 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (reader, i) in readers: {
    scope: own[i]
    name: guid(own[i].id, reader.principal.id, 'receiver')
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageBlobDataReader)
      principalId: reader.principal.id
      principalType: reader.principal.type
      description: 'The receiver reads its packages'
    }
  }
]
