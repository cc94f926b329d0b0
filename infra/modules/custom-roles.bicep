// Four roles that Azure does not have. Storage Blob Data Contributor may also write and delete containers; with it an
// issuer could change its own legal name, which is the container's metadata, or remove its container.

metadata version = '0.1.0'

@description('Told apart from those of other environments, because role names are unique in a tenant.')
param token string

var blobs = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs'

resource issuerRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'issuer')
  properties: {
    roleName: 'TrueCopy issuer (${token})'
    description: 'Uploads documents to one container and reads what is in it; cannot delete, nor change the container.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        dataActions: ['${blobs}/read', '${blobs}/write', '${blobs}/add/action']
      }
    ]
  }
}

resource serviceRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'service on the inbox')
  properties: {
    roleName: 'TrueCopy service on the inbox (${token})'
    description: 'Reads the registry, the documents and the answers, and deletes documents where an issuer asks for that.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: ['Microsoft.Storage/storageAccounts/blobServices/containers/read']
        dataActions: ['${blobs}/read', '${blobs}/delete']
      }
    ]
  }
}

resource answersRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'service on answers')
  properties: {
    roleName: 'TrueCopy service on answers (${token})'
    description: 'Writes answers into one container, and nothing into those that issuers upload to.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        dataActions: ['${blobs}/write', '${blobs}/add/action']
      }
    ]
  }
}

resource packagesRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'service on packages')
  properties: {
    roleName: 'TrueCopy service on packages (${token})'
    description: 'What an address allows that the service gives to a holder, it has to be allowed itself: to put a package into one container. The address allows to create one blob and to replace none.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        dataActions: ['${blobs}/write', '${blobs}/add/action']
      }
    ]
  }
}

output issuerRoleId string = issuerRole.name
output serviceRoleId string = serviceRole.name
output answersRoleId string = answersRole.name
output packagesRoleId string = packagesRole.name
