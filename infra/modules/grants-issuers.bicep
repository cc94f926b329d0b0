// Each issuer's principals write to the issuer's own container and read its answers, and have no other right in this
// environment.

metadata version = '0.1.0'

import { issuer } from 'types.bicep'
import { answersContainer, issuerContainer } from 'well-known-names.bicep'
import { roleIds } from 'role-ids.bicep'

param inboxName string
param issuers issuer[]
param issuerRoleId string

resource inbox 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: inboxName

  resource blobs 'blobServices' existing = {
    name: 'default'
  }
}

var writers = flatten(map(
  issuers,
  issuer =>
    map(issuer.principals, principal => {
      container: issuerContainer(issuer.id)
      answers: answersContainer(issuer.id)
      principal: principal
    })
))

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [
  for writer in writers: {
    parent: inbox::blobs
    name: writer.container
  }
]

resource answers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [
  for writer in writers: {
    parent: inbox::blobs
    name: writer.answers
  }
]

resource grants 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (writer, i) in writers: {
    scope: containers[i]
    name: guid(containers[i].id, writer.principal.id, 'issuer')
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', issuerRoleId)
      principalId: writer.principal.id
      principalType: writer.principal.type
      description: 'The issuer uploads to its own container'
    }
  }
]

resource readGrants 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (writer, i) in writers: {
    scope: answers[i]
    name: guid(answers[i].id, writer.principal.id, 'issuer')
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageBlobDataReader)
      principalId: writer.principal.id
      principalType: writer.principal.type
      description: 'The issuer reads its answers'
    }
  }
]
