// From an upload to a message: Event Grid delivers to queues of the ledger with an identity that can do nothing else. One topic an
// account, one subscription a queue.

metadata version = '0.1.0'

import { tagValues } from 'types.bicep'
import { blobEventQueues, deadLettersContainer, sharedBy } from 'well-known-names.bicep'
import { roleIds } from 'role-ids.bicep'

param topicName string
param location string
param tags tagValues
param sourceName string

@description('What the names of the containers begin with whose uploads count.')
param containerPrefix string

param ledgerName string

@description('How many queues share the events.')
param queues int

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: sourceName
}

resource ledger 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: ledgerName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource deadLetters 'containers' existing = {
      name: deadLettersContainer
    }
  }

  resource queueService 'queueServices' existing = {
    name: 'default'
  }
}

resource blobEvents 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' existing = [
  for queue in take(blobEventQueues, queues): {
    parent: ledger::queueService
    name: queue
  }
]

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: topicName
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    source: account.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource mayDeliver 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for i in range(0, queues): {
    scope: blobEvents[i]
    name: guid(blobEvents[i].id, topicName, roleIds.storageQueueDataMessageSender)
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds.storageQueueDataMessageSender
      )
      principalId: topic.identity.principalId
      principalType: 'ServicePrincipal'
      description: 'Event Grid delivers uploads'
    }
  }
]

resource mayKeepUndelivered 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: ledger::blobs::deadLetters
  name: guid(ledger::blobs::deadLetters.id, topicName, roleIds.storageBlobDataContributor)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.storageBlobDataContributor
    )
    principalId: topic.identity.principalId
    principalType: 'ServicePrincipal'
    description: 'Event Grid keeps what it could not deliver'
  }
}

// One after the other, the first queue's last: it may have taken everything until now, and what it takes no more has somewhere else to
// go by then.
@batchSize(1)
resource uploads 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [
  for queue in map(range(0, queues), i => queues - 1 - i): {
    parent: topic
    name: queue == 0 ? 'uploads' : 'uploads-${queue}'
    dependsOn: [mayDeliver, mayKeepUndelivered]
    properties: {
      eventDeliverySchema: 'CloudEventSchemaV1_0'
      deliveryWithResourceIdentity: {
        identity: { type: 'SystemAssigned' }
        destination: {
          endpointType: 'StorageQueue'
          properties: {
            resourceId: ledger.id
            queueName: blobEventQueues[queue]
            queueMessageTimeToLiveInSeconds: -1
          }
        }
      }
      deadLetterWithResourceIdentity: {
        identity: { type: 'SystemAssigned' }
        deadLetterDestination: {
          endpointType: 'StorageBlob'
          properties: { resourceId: ledger.id, blobContainerName: deadLettersContainer }
        }
      }
      retryPolicy: { eventTimeToLiveInMinutes: 1440, maxDeliveryAttempts: 30 }
      filter: {
        includedEventTypes: ['Microsoft.Storage.BlobCreated']
        subjectBeginsWith: '/blobServices/default/containers/${containerPrefix}'
        isSubjectCaseSensitive: true
        advancedFilters: concat(
          [
            {
              operatorType: 'StringIn'
              key: 'data.api'
              values: ['PutBlob', 'PutBlockList', 'CopyBlob', 'FlushWithClose']
            }
          ],
          sharedBy(queue, queues)
        )
      }
    }
  }
]

output topicId string = topic.id
